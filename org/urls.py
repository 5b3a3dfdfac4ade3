"""Routes of people. Must stand before "admin/": the admin's sign-in page is turned away here."""

from django.urls import path

from org.views import jobs, lists, look, notices, seals, sign_in

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("set-language/", sign_in.set_language, name="set-language"),
    path("set-look/", look.set_look, name="set-look"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<int:job_id>/", jobs.job, name="job"),
    path("jobs/<int:job_id>/cancel/", jobs.cancel_job, name="job-cancel"),
    path("jobs/<int:job_id>/file/", jobs.job_file, name="job-file"),
    path("trail/seals/", seals.seals, name="seals"),
    path("trail/seals/read/", seals.read_seals, name="seals-read"),
    path("notices/", notices.notices, name="notices"),
    path("notices/bell/", notices.bell, name="notice-bell"),
    path("notices/read/", notices.read_all, name="notices-read"),
    path("notices/<int:copy_id>/", notices.notice, name="notice"),
    path("lists/<slug:key>/views/", lists.save_view, name="list-view-save"),
    path(
        "lists/<slug:key>/views/<int:view_id>/delete/", lists.delete_view, name="list-view-delete"
    ),
    path("lists/<slug:key>/columns/", lists.set_up, name="list-setup"),
    path("lists/<slug:key>/export/", lists.export_list, name="list-export"),
    path("lists/<slug:key>/batch/", lists.start_batch, name="list-batch"),
    path("batches/<int:batch_id>/", lists.batch_page, name="batch"),
    path("admin/login/", sign_in.to_sign_in),
]

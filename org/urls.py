"""Routes of people. Must stand before "admin/": the admin's sign-in page is turned away here."""

from django.urls import path

from org import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("set-language/", views.set_language, name="set-language"),
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<int:job_id>/", views.job, name="job"),
    path("jobs/<int:job_id>/cancel/", views.cancel_job, name="job-cancel"),
    path("jobs/<int:job_id>/file/", views.job_file, name="job-file"),
    path("admin/login/", views.to_sign_in),
]

"""Routes of people. Must stand before "admin/": the admin's sign-in page is turned away here."""

from django.urls import path

from org.views import (
    approval_batches,
    approval_policies,
    approvals,
    delegations,
    founding,
    jobs,
    lists,
    look,
    notices,
    seals,
    sign_in,
)

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("set-language/", sign_in.set_language, name="set-language"),
    path("start/company/", founding.found, name="found"),
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
    path("approvals/", approvals.centre, name="approvals"),
    path("approvals/batch/", approval_batches.batch, name="approval-batch"),
    path("approvals/delegations/", delegations.delegations, name="delegations"),
    path("approvals/delegations/<int:delegation_id>/end/", delegations.end, name="delegation-end"),
    path("approvals/policies/", approval_policies.policies, name="approval-policies"),
    path("approvals/policies/new/", approval_policies.edit, name="approval-policy-new"),
    path("approvals/policies/<int:policy_id>/", approval_policies.edit, name="approval-policy"),
    path(
        "approvals/policies/<int:policy_id>/switch/",
        approval_policies.switch,
        name="approval-policy-switch",
    ),
    path("approvals/<int:request_id>/", approvals.one, name="approval"),
    path("approvals/<int:request_id>/decide/", approvals.decide, name="approval-decide"),
    path("approvals/<int:request_id>/comment/", approvals.comment, name="approval-comment"),
    path("approvals/<int:request_id>/attach/", approvals.attach, name="approval-attach"),
    path(
        "approvals/<int:request_id>/files/<int:file_id>/",
        approvals.attachment,
        name="approval-file",
    ),
    path("approvals/<int:request_id>/hand-over/", approvals.hand_over, name="approval-hand-over"),
    path("approvals/<int:request_id>/withdraw/", approvals.withdraw, name="approval-withdraw"),
    path("approvals/<int:request_id>/retry/", approvals.retry, name="approval-retry"),
    path("approvals/<int:request_id>/again/", approvals.again, name="approval-again"),
    path("admin/login/", sign_in.to_sign_in),
]

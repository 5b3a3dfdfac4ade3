"""What rings when. Each task looks for work that rows say is due."""

# Beat is only a doorbell: each task looks for work that rows say is due.
SCHEDULE: dict[str, dict[str, object]] = {
    # Ticks nobody took in time are worthless: they must not pile up while workers are down.
    "deliver news": {"task": "outbox.tasks.sweep", "schedule": 1.0, "options": {"expires": 5}},
    "place due orders": {
        "task": "oms.tasks.process_orders",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
    "work on the inbox": {
        "task": "channels_sync.tasks.process_inbox",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
    "fetch again": {
        "task": "channels_sync.tasks.fetch_orders",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
    "pull shops": {
        "task": "channels_sync.tasks.pull_due",
        "schedule": 3.0,
        "options": {"expires": 5},
    },
    "upload shipments": {
        "task": "channels_sync.tasks.upload_shipments",
        "schedule": 2.0,
        "options": {"expires": 5},
    },
    "send webhooks": {
        "task": "webhooks.tasks.send",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "publish stock": {
        "task": "channels_sync.tasks.publish_stock",
        "schedule": 2.0,
        "options": {"expires": 5},
    },
    "sweep figures": {
        "task": "channels_sync.tasks.sweep_figures",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "read catalogues": {
        "task": "channels_sync.tasks.read_catalogues",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "let go of what is due": {
        "task": "inventory.tasks.release_due",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "give freezes their leases": {
        "task": "freeze_rules.tasks.give_leases",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "remind of reviews": {
        "task": "freeze_rules.tasks.remind_of_reviews",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "judge events": {
        "task": "freeze_rules.tasks.judge",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
    "look at watched holds": {
        "task": "freeze_rules.tasks.look_again",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "ask for approvals of freezes": {
        "task": "freeze_rules.tasks.ask_for_leaves",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "note overdue receipts": {
        "task": "freeze_rules.tasks.note_overdue",
        "schedule": 900.0,
        "options": {"expires": 900},
    },
    "watch suppliers": {
        "task": "freeze_rules.tasks.watch_suppliers",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "run promotions": {
        "task": "freeze_rules.tasks.run_promotions",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "search stock by rule": {
        "task": "freeze_rules.tasks.scan",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "freeze expired lots": {"task": "inventory.tasks.freeze_expired", "schedule": 3600.0},
    "judge readings": {
        "task": "freeze_rules.sensor_tasks.judge_readings",
        "schedule": 2.0,
        "options": {"expires": 5},
    },
    "act on excursions": {
        "task": "freeze_rules.sensor_tasks.act_on_excursions",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "listen for silence": {
        "task": "freeze_rules.sensor_tasks.listen_for_silence",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "keep days of readings": {
        "task": "freeze_rules.sensor_tasks.keep_days_of_readings",
        "schedule": 3600.0,
    },
    "audit what changed": {
        "task": "inventory.tasks.sweep_changed",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "audit a slice of the rest": {
        "task": "inventory.tasks.sweep_slice",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "audit everything when it is due": {
        "task": "inventory.tasks.sweep_everything",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "mark busy balances": {
        "task": "inventory.tasks.take_marks",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "tell of due reviews": {
        "task": "inventory.tasks.warn_of_reviews",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "tell of dead letters": {
        "task": "insights.tasks.warn_of_dead_letters",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "take the month's snapshot": {
        "task": "inventory.tasks.take_snapshot",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "remove old receivers": {"task": "oms.tasks.blank_receivers", "schedule": 3600.0},
    "compare yesterday": {"task": "channels_sync.tasks.nightly_compare", "schedule": 3600.0},
    "figure past days": {
        "task": "insights.tasks.figure_days",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "figure what is now": {
        "task": "insights.tasks.figure_levels",
        "schedule": 1800.0,
        "options": {"expires": 600},
    },
    "work on jobs": {
        "task": "org.tasks.work_on_jobs",
        "schedule": 2.0,
        "options": {"expires": 5},
    },
    "watch approvals": {
        "task": "org.tasks.watch_approvals",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "send notices": {
        "task": "org.tasks.send_notices",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "seal what was done": {
        "task": "org.tasks.seal",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
    "read the seals again": {
        "task": "org.tasks.read_seals",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "begin to read the seals": {"task": "org.tasks.begin_reading_seals", "schedule": 86_400.0},
    "forget old requests": {
        "task": "org.tasks.forget_requests",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "send invitations": {
        "task": "org.tasks.send_invitations",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "forget failed sign-ins": {"task": "org.tasks.forget_failures", "schedule": 3600.0},
}

"""What freezes and what brings back in the stories of the presets, as people do it on their pages.

Left to programs: a shop tells its orders, and whoever takes a return back books it over REST.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import FilePayload, Page, expect

from freeze_rules import tasks
from freeze_rules.models import Inspection, Promotion, Recall, Rule, SupplierBlock
from freeze_rules.services import scanning
from oms.services import pipeline
from outbox import services as outbox
from tests import given
from tests.api.calling import signed
from tests.browser.conftest import scan
from tests.freeze_rules.preset_stories import LOT, frozen_now
from tests.oms import told

REPORT = FilePayload(name="r.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4")
MILK = {"sku": "MILK", "lot": LOT}


@dataclass(frozen=True)
class Scene:
    """The desk of whoever wrote the rule, and the floor with its lead, each with a page."""

    front: str
    desk: Page
    floor: Page

    def sent(self, path: str, **fields: str) -> None:
        """The lead fills in the form of a report and sends it; the rules look at it."""
        self.floor.goto(f"{self.front}{path}")
        form = self.floor.locator("#report-form")
        for name, value in fields.items():
            field = form.locator(f"[name={name}]")
            if field.first.get_attribute("type") == "radio":
                form.locator(f"[name={name}][value='{value}']").check()
            elif field.evaluate("each => each.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        form.locator("button[type=submit]").click()
        done(self.floor)

    def asked(self, page: Page, path: str, dialog: str, **fields: str) -> None:
        """Somebody opens a dialog of a page, fills it in and sends it; the rules look at it."""
        page.goto(f"{self.front}{path}")
        page.locator(f"[data-opens='{dialog}']").click()
        for name, value in fields.items():
            page.locator(f"#{dialog} [name={name}]").fill(value)
        page.locator(f"#{dialog} button[type=submit]").click()
        done(page)


def done(page: Page) -> None:
    """The page says that it is done; the worker looks at what waits."""
    expect(page.locator(".notice-success")).to_be_visible()
    tasks.judge()


Deed = Callable[[Scene], None]


def scanned(scene: Scene, path: str, *codes: str) -> None:
    """The lead scans these on a scanner's page; each is answered before the next."""
    scene.floor.goto(f"{scene.front}{path}")
    where = path.partition("?")[0]
    for code in codes:
        with scene.floor.expect_response(
            lambda answer: answer.url.endswith(where) and answer.request.method == "POST"
        ):
            scan(scene.floor, code)


def received(qty: int = 20, *, document: str = "", house: str = "WH1") -> Deed:
    """Goods come in and are scanned; the outbox tells the rules of it."""

    def comes(scene: Scene) -> None:
        announced = [document] if document else []
        scanned(
            scene, f"/pda/receive/?warehouse={house}", *announced, "MILK", LOT, "A-01", str(qty),
            "CMD-CONFIRM",
        )  # fmt: skip
        expect(scene.floor.locator("#scan-area [data-sound=done]")).to_be_visible()
        assert outbox.deliver(handler="freeze_rules.services.hearing:note_arrived").failed == 0
        tasks.judge()

    return comes


def inspected(qty: int = 20, lot: str = LOT) -> Deed:
    """A sample is asked for and passes, with its report."""

    def passes(scene: Scene) -> None:
        scene.sent(
            "/inspections/", warehouse="WH1", sku="MILK", lot=lot, qty=str(qty), sample="1"
        )  # fmt: skip
        page = scene.floor
        page.goto(f"{scene.front}/inspections/{Inspection.objects.get().pk}/")
        page.check("[name=result][value=PASSED]")
        page.fill("[name=reference]", "QR-1")
        page.locator("form.form-wide [name=file]").set_input_files(REPORT)
        page.locator("form.form-wide button[type=submit]").click()
        done(page)

    return passes


def agreed(scene: Scene) -> None:
    """The supervisor agrees on the page of the freeze, with the report."""
    [hold] = frozen_now()
    page = scene.floor
    page.goto(f"{scene.front}/holds/{hold.id}/")
    page.fill("#proof-reference", "QR-1")
    page.locator("#evidence button[type=submit]").click()
    done(page)


def at_customs(state: str) -> Deed:
    """Customs say this of the lot."""
    return lambda scene: scene.sent("/customs/", **MILK, state=state, declaration="5301202611")


def reported(kind: str, **more: str) -> Deed:
    """Somebody saw damage or a leak, or mended goods."""
    return lambda scene: scene.sent(
        "/incidents/", kind=kind, warehouse="WH1", note="seen", **more
    )  # fmt: skip


def mended(scene: Scene) -> None:
    """The leak is mended."""
    scene.floor.goto(f"{scene.front}/incidents/")
    scene.floor.locator("form[action$='/mended/'] button").click()
    done(scene.floor)


def read_out(**said: str) -> Deed:
    """A carrier's logger was read out."""
    return lambda scene: scene.sent(
        "/freeze-rules/tell/", kind="sensor.excursion", **MILK, warehouse="WH1",
        note="Logger of the truck", **said,
    )  # fmt: skip


def noticed(scene: Scene) -> None:
    """The supplier writes that the lot is called back; the form knows the word the rule awaits."""
    scene.floor.goto(f"{scene.front}/freeze-rules/tell/")
    expect(scene.floor.locator("#report-form [name=name]")).to_have_value("recall")
    scene.sent("/freeze-rules/tell/", **MILK, reference="N-7", note="Glass found")


def called_back_and_lifted(scene: Scene) -> None:
    """After the notice: everything that came from the lot is frozen and lifted as one unit."""
    inspected()(scene)
    assert given.free("MILK") == 0
    agreed(scene)
    assert given.free("MILK") == 20
    page = scene.desk
    page.goto(f"{scene.front}/recalls/new/?root=LOT&sku=MILK&lot={LOT}")
    page.fill("[name=why]", "Glass found")
    page.locator("main form[method=post] button[type=submit].btn-primary").click()
    page.locator("main form[method=post] button[name=apply]").click()
    page.wait_for_url(f"{scene.front}/recalls/*/")
    assert given.free("MILK") == 0
    scene.asked(
        scene.floor, f"/recalls/{Recall.objects.get().pk}/", "lift-recall", why="Another line"
    )


def blocked(scene: Scene) -> None:
    """The supplier is blocked."""
    scene.sent("/suppliers/blocked/", supplier="S-1", why="glass")


def allowed(scene: Scene) -> None:
    """The supplier is allowed again."""
    dialog = f"allow-{SupplierBlock.objects.get().pk}"
    scene.asked(scene.floor, "/suppliers/blocked/", dialog, why="another line")


def opened(scene: Scene) -> None:
    """A promotion with twelve units is planned for this minute, and the clock opens it."""
    now = timezone.localtime()
    scene.sent(
        "/promotions/", name="双十一", opens_at=f"{now:%Y-%m-%dT%H:%M}",
        closes_at=f"{now + timedelta(days=2):%Y-%m-%dT%H:%M}", lines="MILK, WH1, 12",
    )  # fmt: skip
    tasks.run_promotions()
    tasks.judge()


def closed(scene: Scene) -> None:
    """It is ended before its minute."""
    path = f"/promotions/{Promotion.objects.get().pk}/"
    scene.asked(scene.floor, path, "end-promotion")


def ordered(state: str) -> Deed:
    """A shop tells an order of five that cannot go on yet."""

    def comes(_scene: Scene) -> None:
        told.accept(told.draft("T1", told.line("MILK", 5), state=state))
        pipeline.process()
        tasks.judge()

    return comes


def cancelled(scene: Scene) -> None:
    """The order desk cancels it."""
    path = f"/orders/{told.the().number}/"
    scene.asked(scene.desk, path, "cancel-order", why="buyer asked")


def returned(_scene: Scene) -> None:
    """A till books a broken one back and tells it by REST."""
    item = {
        "kind": "return.received", "key": "story", "document": "SO-9", "warehouse": "WH1",
        "goods": [{"sku": "MILK", "qty": 3, "grade": "CC", "location": "A-01"}],
    }  # fmt: skip
    answer = signed(
        given.api_client("rules.tell"), "POST", "/api/v1/freeze-rules/events",
        body={"items": [item]},
    )  # fmt: skip
    assert answer.status_code < 300, answer.content
    tasks.judge()


def mended_and_agreed(scene: Scene) -> None:
    """Repaired, inspected again with its report, and agreed to; nothing is free before."""
    reported("REPAIR", sku="MILK", qty="3")(scene)
    inspected(3, lot="")(scene)
    assert given.free("MILK") == 0
    agreed(scene)


def counting(scene: Scene) -> None:
    """Somebody begins to count the place."""
    scanned(scene, "/pda/count/", "A-01")
    expect(scene.floor.locator("#place")).to_have_text("A-01")
    tasks.judge()


def counted(scene: Scene) -> None:
    """Everything is found, and the count is booked."""
    scanned(scene, "/pda/count/", "MILK", "20", "CMD-DONE")
    expect(scene.floor.locator("#scan-area [data-sound=done]")).to_be_visible()
    tasks.judge()


def searched(_scene: Scene) -> None:
    """The night's search."""
    scanning.scan_in_parts(rule_id=Rule.objects.get().pk)


def let_go(scene: Scene) -> None:
    """Nothing but a person brings it back."""
    [hold] = frozen_now()
    scene.asked(scene.desk, f"/holds/{hold.id}/", "release-hold", why="已通知门店特卖")


DEEDS: Mapping[str, tuple[Deed, Deed]] = {
    "order-lock": (ordered("hold"), cancelled),
    "unpaid-order-lock": (ordered("pending_payment"), cancelled),
    "receive-qc": (received(), inspected()),
    "late-receipt": (received(10, document="PO-7"), inspected(13)),
    "promotion-reserve": (opened, closed),
    "defects": (returned, mended_and_agreed),
    "near-expiry": (searched, let_go),
    "customs-inspection": (at_customs("INSPECTING"), at_customs("CLEARED")),
    "arrived-not-cleared": (received(), at_customs("CLEARED")),
    "bonded": (received(house="BW"), at_customs("CLEARED")),
    "cold-chain": (read_out(minutes="45"), inspected()),
    "light": (read_out(dose="40000"), inspected()),
    "leak": (reported("LEAK", location="W-01"), mended),
    "supplier-blocked": (blocked, allowed),
    "damaged-part": (reported("DAMAGE", **MILK, location="A-01", qty="4"), inspected(4)),
    "recall-notice": (noticed, called_back_and_lifted),
    "count-hold": (counting, counted),
}

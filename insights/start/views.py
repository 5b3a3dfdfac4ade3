"""The page of the first hour, and the two steps that only the training shop can do."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from channels_sync.connectors import training
from channels_sync.models import Shop
from channels_sync.services import shops
from insights.start.steps import STEPS
from inventory import selectors as stock
from inventory.selectors.beginning import goods_on_hand
from org import roles
from org.access import permission_required, person_of
from org.selectors import scope_of, units

TRAINING_SHOP = "training"
MOST_OFFERED = 200
PULL_SECONDS = 5


@require_GET
@login_required
def first_hour(request: HttpRequest) -> HttpResponse:
    """What is done, what comes next, and where."""
    person = person_of(request)
    scope = scope_of(person)
    states = [(step, step.is_done(scope)) for step in STEPS]
    open_ones = [step.code for step, done in states if not done]
    return render(
        request,
        "insights/start/first_hour.html",
        {
            "steps": [
                {
                    "step": step,
                    "done": done,
                    "next": open_ones[:1] == [step.code],
                    "url": reverse(step.route, args=step.takes),
                    "posts": step.route.startswith("start-"),
                    "may": person.may(step.permission),
                }
                for step, done in states
            ],
            "done": len(states) - len(open_ones),
            "total": len(states),
            "sandbox_url": settings.SANDBOX_URL,
        },
    )


@require_POST
@permission_required(roles.SHOPS_EDIT)
def open_training_shop(request: HttpRequest) -> HttpResponse:
    """Open a shop at the sandbox with the goods on hand, and connect it; again adds new goods."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.SHOPS_EDIT)
    goods = goods_on_hand(scope=scope, limit=MOST_OFFERED)
    houses = stock.warehouses(scope=scope)
    home = units(scope=scope)
    if not goods or not houses or not home:
        messages.error(request, _("First bring in some stock: the shop must have what to sell."))
        return HttpResponseRedirect(reverse("start"))
    push = request.build_absolute_uri(reverse("push", args=["taobao", TRAINING_SHOP]))
    name = _("Training shop")
    try:
        opened = training.open_shop(
            sandbox_url=settings.SANDBOX_URL,
            push_url=push,
            code=TRAINING_SHOP,
            name=name,
            goods=goods,
        )
    except training.NoSandbox as trouble:
        messages.error(
            request,
            _("The sandbox at %(url)s does not help: %(why)s. Nothing was changed.")
            % {"url": settings.SANDBOX_URL, "why": trouble.why},
        )
        return HttpResponseRedirect(reverse("start"))
    with transaction.atomic(durable=True):
        if not Shop.objects.filter(code=TRAINING_SHOP).exists():
            shops.create(
                platform="taobao",
                code=TRAINING_SHOP,
                name=name,
                unit_id=home[0].id,
                base_url=opened.base_url,
                credentials=opened.credentials,
                warehouse_ids=[house.id for house in houses],
                location_id=opened.location_id,
                pull_seconds=PULL_SECONDS,
                actor=person.actor,
            )
    messages.success(request, _("The training shop is connected."))
    return HttpResponseRedirect(reverse("start"))


@require_POST
@permission_required(roles.SHOPS_EDIT)
def let_buyer_order(request: HttpRequest) -> HttpResponse:
    """A buyer of the training shop orders one piece of something on hand."""
    scope = scope_of(person_of(request), permission=roles.SHOPS_EDIT)
    goods = goods_on_hand(scope=scope, limit=1)
    if not goods or not Shop.objects.filter(code=TRAINING_SHOP).exists():
        messages.error(request, _("First connect the training shop and bring in some stock."))
        return HttpResponseRedirect(reverse("start"))
    try:
        training.place_order(sandbox_url=settings.SANDBOX_URL, shop=TRAINING_SHOP, sku=goods[0][0])
    except training.NoSandbox as trouble:
        messages.error(
            request,
            _("The sandbox at %(url)s does not help: %(why)s. Nothing was changed.")
            % {"url": settings.SANDBOX_URL, "why": trouble.why},
        )
    else:
        messages.success(request, _("A buyer has ordered. The order is here within seconds."))
    return HttpResponseRedirect(reverse("start"))

"""Which SKUs somebody means by the words they typed."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from inventory.models import Sku

MOST = 500


def skus_for_words(words: str) -> QuerySet[Sku]:
    """SKUs whose code, name or pinyin contains the words, or with exactly this barcode.

    LIKE on both spellings: ILIKE over a hundred thousand names costs ten times as much.
    """
    return Sku.objects.filter(
        Q(code__contains=words)
        | Q(code__contains=words.upper())
        | Q(name__contains=words)
        | Q(pinyin__contains=words.lower())
        | Q(barcodes__code=words)
    )


def sku_ids_for_words(words: str) -> list[int]:
    """Their ids in code order, at most a few hundred."""
    found = skus_for_words(words).order_by("code").values_list("id", flat=True).distinct()
    return list(found[:MOST])

"""The connectors by platform. A further platform is one package and one line here."""

from channels_sync.connectors.direct.connector import DirectConnector
from channels_sync.connectors.interface import Connector, ShopAccess
from channels_sync.connectors.shopify.connector import ShopifyConnector
from channels_sync.connectors.taobao.connector import TaobaoConnector

CONNECTORS: dict[str, type[ShopifyConnector] | type[TaobaoConnector] | type[DirectConnector]] = {
    "api": DirectConnector,
    "shopify": ShopifyConnector,
    "taobao": TaobaoConnector,
}


def connect(platform: str, shop: ShopAccess) -> Connector:
    """The connector of a shop.

    Raises:
        KeyError: no connector speaks to this platform.
    """
    return CONNECTORS[platform](shop)

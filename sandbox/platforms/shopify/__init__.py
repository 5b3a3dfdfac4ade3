"""Shopify: Admin API with an access token, webhooks with an HMAC (platforms.md section 6)."""

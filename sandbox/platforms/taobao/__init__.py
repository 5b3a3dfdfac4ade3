"""Taobao and Tmall through TOP: signed form posts to one address, pushed messages (platforms.md
section 1).
"""

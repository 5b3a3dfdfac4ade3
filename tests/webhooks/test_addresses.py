"""Addresses that we are given must not reach into our network."""

from __future__ import annotations

import pytest

from webhooks import addresses
from webhooks.addresses import AddressRefused

PUBLIC = ["8.8.8.8", "1.1.1.1", "114.114.114.114", "2400:3200::1", "2001:4860:4860::8888"]
INSIDE = [
    # This machine.
    "127.0.0.1", "127.0.0.53", "127.1.2.3", "127.255.255.254", "0.0.0.0",  # noqa: S104
    "0.1.2.3", "::1", "::",
    # Private networks.
    "10.0.0.1", "10.1.2.3", "10.255.255.255", "172.16.0.1", "172.20.10.5", "172.31.255.255",
    "192.168.0.1", "192.168.1.1", "192.168.255.255", "fc00::1", "fd00::1", "fdff:ffff::1",
    "100.64.0.1", "100.100.100.200", "100.127.255.255",
    # The neighbourhood, and the clouds' metadata in it.
    "169.254.0.1", "169.254.169.254", "169.254.170.2", "fe80::1", "fe80::1%eth0", "febf::1",
    "fd00:ec2::254",
    # Set apart for documents, measurements, benchmarks, the future.
    "192.0.0.1", "192.0.0.8", "192.0.0.170", "192.0.2.1", "198.18.0.1", "198.19.255.255",
    "198.51.100.7", "203.0.113.9", "240.0.0.1", "250.1.1.1", "255.255.255.255", "2001:db8::1",
    "2001:2::1", "100::1", "3fff::1", "5f00::1",
    # Many at once.
    "224.0.0.1", "224.0.0.251", "239.255.255.250", "232.1.1.1", "ff02::1", "ff05::2", "ff0e::1",
    # An IPv4 address inside of an IPv6 one.
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:192.168.1.1", "::ffff:169.254.169.254",
    "::ffff:7f00:1", "0:0:0:0:0:ffff:a00:1", "::127.0.0.1", "::10.0.0.1", "::a9fe:a9fe",
    "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::10.0.0.1",
    "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1", "2002:a9fe:a9fe::1",
    "2001:0:7f00:1::", "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    # No number at all.
    "", "localhost", "127.0.0.1.", "0x7f.1", "017700000001", "2130706433", "127.1", "1.2.3",
    "1.2.3.4.5", "256.1.1.1", "::g", "[::1]", "10.0.0.1/8", " 8.8.8.8", "8.8.8.8 ", "٨.8.8.8",
]  # fmt: skip
# What a name stands for on this machine: spelt in every way that resolvers understand.
SPELT = [
    "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
    "https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://017700000001/", "https://0/",
    "https://0.0.0.0/", "https://localhost/", "https://LOCALHOST/", "https://localhost./",
    "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::127.0.0.1]/",
    "https://[0:0:0:0:0:0:0:1]/", "https://127.0.0.1:8443/", "https://127.0.0.1:443/x?y=1",
    "https://10.0.0.1/", "https://10.1/", "https://167772161/", "https://0xa000001/",
    "https://192.168.0.1/", "https://172.16.0.1/", "https://169.254.169.254/latest/meta-data/",
    "https://2852039166/", "https://0xa9fea9fe/", "https://[::ffff:169.254.169.254]/",
    "https://[fd00:ec2::254]/", "https://[fe80::1]/", "https://100.100.100.200/",
    "https://[64:ff9b::a9fe:a9fe]/", "https://[2002:a9fe:a9fe::]/", "https://224.0.0.1/",
    "https://255.255.255.255/", "https://192.0.2.1/", "https://[2001:db8::1]/",
]  # fmt: skip
WRONG = [
    ("", "bad_url"), ("erp.example.com", "bad_url"), ("//erp.example.com/", "bad_url"),
    ("ftp://erp.example.com/", "bad_url"), ("file:///etc/passwd", "bad_url"),
    ("gopher://127.0.0.1:6379/_FLUSHALL", "bad_url"), ("javascript:alert(1)", "bad_url"),
    ("data:text/plain,x", "bad_url"), ("https://", "bad_url"), ("https:///x", "bad_url"),
    ("https://erp.example.com:x/", "bad_url"), ("https://erp.example.com:99999/", "bad_url"),
    ("https://erp.example.com/#x", "bad_url"), ("https://erp.example.com/a b", "bad_url"),
    ("https://erp.example.com\\@127.0.0.1/", "bad_url"), ("https://[::1/", "bad_url"),
    ("https://erp.example.com/\r\nX: y", "bad_url"), ("https://erp\x00.example.com/", "bad_url"),
    ("http://erp.example.com/", "not_https"), ("HTTP://erp.example.com/", "not_https"),
    ("https://me@erp.example.com/", "url_with_password"),
    ("https://me:secret@erp.example.com/", "url_with_password"),
    ("https://8.8.8.8@127.0.0.1/", "url_with_password"),
    ("https://erp.example.com/" + "x" * 500, "url_too_long"),
]  # fmt: skip


def test_the_lists_are_long_enough_to_mean_something() -> None:
    assert len(set(INSIDE)) + len(set(SPELT)) + len(WRONG) >= 150


@pytest.mark.parametrize("number", PUBLIC)
def test_everybodys_internet_may_be_called(number: str) -> None:
    assert addresses.is_public(number)


@pytest.mark.parametrize("number", INSIDE)
def test_no_other_number_may(number: str) -> None:
    assert not addresses.is_public(number)


@pytest.mark.parametrize("url", SPELT)
def test_an_inner_address_is_refused_however_it_is_spelt(url: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        addresses.resolve(url, private=False)
    assert refused.value.code in ("private_address", "unknown_host")


@pytest.mark.parametrize(("url", "code"), WRONG)
def test_what_is_no_such_address_is_refused_with_its_reason(url: str, code: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        addresses.read(url, private=False)
    assert refused.value.code == code
    assert str(refused.value)


def test_where_the_settings_allow_it_a_house_talks_to_itself() -> None:
    assert addresses.resolve("http://127.0.0.1:8400/x", private=True).numbers == ("127.0.0.1",)
    with pytest.raises(AddressRefused):
        addresses.resolve("ftp://127.0.0.1/", private=True)

"""What becomes of personal data of each class before anything is stored.

The expressions are taken out of dbt and run on texts by the thousand.
"""

from __future__ import annotations

import ipaddress
import random
from typing import TYPE_CHECKING, TypeAlias

import duckdb
import pandas as pd
import pytest
from dbt.cli.main import dbtRunner
from warehouse import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable


Apply: TypeAlias = "Callable[[str, list[str | None]], list[str | None]]"
UNCHANGED = [
    "/",
    "/p/12345",
    "/p/P048",
    "/2024/05/summer-sale",
    "/2024-05-13-a-post",
    "/c/jackets/mens-running-shoes-size-42-blue",
    "/p/f%C3%BCr-m%C3%A4nner",
    "/docs/v1.2.3/install",
    "/internationalisation-of-telecommunications",
    "/index.html;v=2",
    "/@ada",
    "/C++/std::vector",
    "/p/12345678",
]
GENERALISED = {
    "/user/ada@mail.example/orders": "/user/:email/orders",
    "/user/ada%40mail.example": "/user/:email",
    "/user/ada%2540mail.example": "/user/:email",
    "/user/Ada.L+news@Mail.Example.co": "/user/:email",
    "/call/+49-170-1234567": "/call/:phone",
    "/call/0049 170 1234567": "/call/:phone",
    "/call/%2B491701234567": "/call/:phone",
    "/call/(555)%20123-4567": "/call/:phone",
    "/call/555-123-4567": "/call/:phone",
    "/call/0170 1234567": "/call/:phone",
    "/call/01 23 45 67 89": "/call/:phone",
    "/ip/203.0.113.77": "/ip/:ip",
    "/ip/2001:db8::1": "/ip/:ip",
    "/pay/4111111111111111": "/pay/:card",
    "/pay/4111-1111-1111-1111": "/pay/:card",
    "/u/123456789": "/u/:number",
    "/order-1234567890.html": "/order-:number.html",
    "/o/6f1d2c3b-aaaa-4bbb-8ccc-abcdefabcdef": "/o/:id",
    "/reset/5f7c8ec7c33c6c004bbafe82": "/reset/:token",
    "/reset/aGVsbG8gd29ybGQgMTIzNDU2": "/reset/:token",
    "/;jsessionid=1A2B3C4D5E6F7A8B9C0D": "/;jsessionid=:token",
}
TEXTS = {
    "summer sale 2024": "summer sale 2024",
    "12345678901": "12345678901",
    "120208913123450123": "120208913123450123",
    "mail to ada@mail.example, please": "mail to :email, please",
    "call +1 (555) 123-4567": "call :phone",
    "4111111111111111": ":card",
    "from 203.0.113.77": "from :ip",
}


@pytest.fixture(scope="module")
def apply(tmp_path_factory: pytest.TempPathFactory) -> Apply:
    """Runs a macro on texts, given as the column `text`."""
    folder = tmp_path_factory.mktemp("macros")

    def run(expression: str, texts: list[str | None]) -> list[str | None]:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("HABITUE_DATABASE", str(folder / "habitue.duckdb"))
            answer = dbtRunner().invoke([
                *("compile", "--quiet", "--log-level-file", "none"),
                *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
                *("--target-path", str(folder / "target")),
                *("--inline", f"select {{{{ {expression} }}}} as made from texts"),
            ])  # fmt: skip
        assert answer.success, answer.exception
        with duckdb.connect() as connection:
            frame = pd.DataFrame({"text": pd.Series(texts, dtype=object)})
            connection.register("texts", frame)
            rows = connection.execute(answer.result.results[0].node.compiled_code)
            return [made for (made,) in rows.fetchall()]

    return run


def network_of(text: str | None) -> str | None:
    """The network by Python's own library."""
    text = (text or "").split(",")[0].strip()
    if text.startswith("["):
        text, closing, rest = text[1:].partition("]")
        if not closing or ":" not in text:
            return None
        if rest and not (rest[0] == ":" and is_port(rest[1:])):
            return None
    elif text.count(":") == 1:
        text, _, port = text.partition(":")
        if not is_port(port):
            return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if address.version == 6 else None
    address = mapped or type(address)(int(address))
    length = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network((address, length), strict=False))


def is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5


def spellings(rng: random.Random) -> list[str]:
    """One address, in every way that is seen in logs."""
    if rng.random() < 0.3:
        four = str(ipaddress.IPv4Address(rng.getrandbits(32)))
        return [four, f"{four}:443", f" {four} ", f"{four}, 10.0.0.1", f"{four},::1"]
    number = rng.getrandbits(128)
    for place in range(8):
        if rng.random() < 0.4:
            number &= ~(0xFFFF << (16 * place))
    if rng.random() < 0.15:
        number = 0xFFFF << 32 | rng.getrandbits(32)
    six = ipaddress.IPv6Address(number)
    hextets = six.exploded.split(":")
    tail = ipaddress.IPv4Address(number & 0xFFFFFFFF)
    plain = [
        six.compressed,
        six.compressed.upper(),
        six.exploded,
        ":".join(hextet.lstrip("0") or "0" for hextet in hextets),
        f"{':'.join(hextets[:6])}:{tail}",
    ]
    if six.ipv4_mapped:
        plain.append(f"::ffff:{six.ipv4_mapped}")
    dressed = rng.choice(plain)
    return [
        *plain,
        f"[{dressed}]",
        f"[{dressed}]:443",
        f"{dressed}%eth0",
        f"[{dressed}%1]:80",
        f" {dressed} , 203.0.113.7",
    ]


MALFORMED = [
    *("", "unknown", "unknown, 1.2.3.4", "1.2.3", "1.2.3.4.5", "256.1.1.1"),
    *("01.2.3.4", "1.2.3.4:", "1.2.3.4:x", "-1.2.3.4", ",1.2.3.4", "1.2.3.4::", "g::"),
    *("1:2:3:4::5:6:7:8", "1::2::3", ":::", "1:::2", ":1::2", "1::2:", "12345::"),
    *("1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "[::1", "::1]", "[1.2.3.4]", "[::1]x"),
    *("[::1]:123456", "::1.2.3", "::1.2.3.400", "::1.2.3.4:5", "fe80::1%", "::/48"),
    "1.2.3.4/24",
]  # fmt: skip


def test_networks_are_those_of_the_standard_library(apply: Apply) -> None:
    rng = random.Random(4)  # noqa: S311
    texts: list[str | None] = [None, *MALFORMED]
    for _ in range(600):
        texts += spellings(rng)
    for text in rng.sample(texts[1:], 1500):
        if text:
            place = rng.randrange(len(text))
            texts.append(
                text[:place] + rng.choice([":", ".", "", "0", "g"]) + text[place + 1 :]
            )
    found = apply("ip_network('text')", texts)
    expected = [network_of(text) for text in texts]
    wrong = [
        row for row in zip(texts, found, expected, strict=True) if row[1] != row[2]
    ]
    assert len(texts) > 5000
    assert wrong == []
    assert all(made is None for made in found[: len(MALFORMED)])


def test_paths_lose_what_looks_personal_and_nothing_else(apply: Apply) -> None:
    expected = {path: path for path in UNCHANGED} | GENERALISED
    found = apply("generalised_path('text')", list(expected))
    assert dict(zip(expected, found, strict=True)) == expected


def test_texts_lose_e_mails_phones_cards_and_addresses(apply: Apply) -> None:
    found = apply("generalised('text')", list(TEXTS))
    assert dict(zip(TEXTS, found, strict=True)) == TEXTS


def test_luhn_is_the_check_of_payment_cards(apply: Apply) -> None:
    rng = random.Random(8)  # noqa: S311
    numbers = [str(rng.randrange(10**12, 10**19)) for _ in range(2000)]

    def passes(number: str) -> bool:
        doubled = "".join(
            str(int(digit) * (1 + place % 2))
            for place, digit in enumerate(reversed(number))
        )
        return sum(map(int, doubled)) % 10 == 0

    found = apply("passes_luhn('text')", list(numbers))
    assert found == [passes(number) for number in numbers]
    assert sum(map(bool, found)) > 100
    assert all(apply("passes_luhn('text')", ["4111111111111111", "378282246310005"]))

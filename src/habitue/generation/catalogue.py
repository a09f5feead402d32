"""What the shop sells, its pages, and the words seen in the raw data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

HOST = "https://shop.example"
CATEGORIES = (
    "shoes", "shirts", "jackets", "bags", "watches", "sports", "kitchen", "books",
)  # fmt: skip
PRODUCTS_PER_CATEGORY = 25
PRODUCT_COUNT = PRODUCTS_PER_CATEGORY * len(CATEGORIES)
PRODUCT_IDS = tuple(f"P{number:03d}" for number in range(1, PRODUCT_COUNT + 1))
_BASE_CENTS = (5900, 2400, 8900, 4900, 12900, 3900, 1900, 1200)

FEATURES = (
    "wishlist", "compare", "size_guide", "reviews", "saved_search",
    "price_alert", "order_tracking", "store_finder", "gift_cards", "outfits",
)  # fmt: skip
QUERIES = (
    "boots", "sneakers", "sandals", "tee", "linen", "raincoat", "parka", "backpack",
    "tote", "chrono", "strap", "yoga", "tent", "racket", "pan", "knife", "kettle",
    "novel", "atlas", "sale", "gift", "thumb ring", "check shirt", "index cards",
)  # fmt: skip
CURRENCY = ("USD",)
PAYMENT_METHODS = ("card", "paypal", "invoice", "cash")
TOPICS = ("delivery", "return", "payment", "product", "account")

# The names of the events, in the order of the KIND_* codes below.
EVENT_NAMES = (
    "Page Pinged", "Product Viewed", "Products Searched", "Product Added",
    "Product Removed", "Checkout Started", "Order Completed", "Feature Used",
    "Email Opened", "Email Link Clicked", "Experiment Viewed", "Wishlist Shared",
)  # fmt: skip
(
    KIND_PING, KIND_VIEW, KIND_SEARCH, KIND_ADD, KIND_REMOVE, KIND_CHECKOUT,
    KIND_ORDER, KIND_FEATURE, KIND_OPEN, KIND_CLICK, KIND_EXPERIMENT, KIND_VENDOR,
) = range(len(EVENT_NAMES))  # fmt: skip

PAGE_HOME, PAGE_CATEGORY, PAGE_SEARCH, PAGE_PRODUCT = range(4)
PAGE_ACCOUNT, PAGE_HELP, PAGE_CART, PAGE_CHECKOUT = range(4, 8)

# Browser, phone browser, app. A phone brand is called CUBOT: "bot" inside an
# ordinary word must not make a robot of its owner.
USER_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0) Chrome/131",
    "Mozilla/5.0 (Macintosh) Safari/605",
    "Mozilla/5.0 (X11; Linux) Firefox/133",
    "Mozilla/5.0 (iPhone) Safari/604",
    "Mozilla/5.0 (Android 14) Chrome/131",
    "Mozilla/5.0 (Android 13; CUBOT P80) Chrome/120",
    "ShopApp/5.2 (iOS 18)",
    "ShopApp/5.2 (Android 14)",
    "Mozilla/5.0 (compatible; Googlebot/2.1)",
    "Mozilla/5.0 (compatible; bingbot/2.0)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0)",
)
CRAWLER_AGENTS = (8, 9, 10)
ORDINARY_AGENT = 0

# Source, medium, name and the address a visit comes from.
CAMPAIGNS = (
    ("google", "cpc", "brand", "https://google.example/"),
    ("newsletter", "email", "weekly", None),
    ("social", "paid", "spring", "https://social.example/"),
)
CAMPAIGN_EMAIL = 1
REFERRERS = ("https://google.example/", "https://social.example/")


class Catalogue(NamedTuple):
    """Products and pages as lookup arrays.

    Attributes:
        cents: Price of each product, shape (200,).
        by_price: Products of each category from cheap to dear, shape (8, 25).
        urls: Address of each page; products first, in the order of PRODUCT_IDS.
        paths: Distinct paths.
        path_of: Position in paths of each address, shape (n_urls,).
        titles: Distinct titles.
        title_of: Position in titles of each address, shape (n_urls,).
    """

    cents: NDArray[np.int64]
    by_price: NDArray[np.int64]
    urls: tuple[str, ...]
    paths: tuple[str, ...]
    path_of: NDArray[np.int64]
    titles: tuple[str, ...]
    title_of: NDArray[np.int64]


URL_CATEGORY = PRODUCT_COUNT
URL_SEARCH = URL_CATEGORY + len(CATEGORIES)
URL_HOME = URL_SEARCH + len(QUERIES)
URL_ACCOUNT, URL_HELP, URL_CART, URL_CHECKOUT = range(URL_HOME + 1, URL_HOME + 5)


def build_catalogue() -> Catalogue:
    """The same catalogue for every seed: it belongs to the shop, not to the draw."""
    number = np.arange(PRODUCT_COUNT)
    category, place = np.divmod(number, PRODUCTS_PER_CATEGORY)
    # A fixed shuffle of the price ladder, from half to 2.9 times the base price.
    step = (place * 7 + category * 3) % PRODUCTS_PER_CATEGORY
    cents = np.array(_BASE_CENTS)[category] * (50 + 10 * step) // 100
    by_price = np.argsort(
        cents.reshape(len(CATEGORIES), PRODUCTS_PER_CATEGORY), axis=1, kind="stable"
    )
    by_price += np.arange(len(CATEGORIES))[:, None] * PRODUCTS_PER_CATEGORY

    paths = [f"/p/{product}" for product in PRODUCT_IDS]
    paths += [f"/c/{name}" for name in CATEGORIES]
    queries = [f"/search?q={query.replace(' ', '+')}" for query in QUERIES]
    fixed = ["/", "/account", "/help", "/cart", "/checkout"]
    titles = [CATEGORIES[index].title() for index in category] + [
        name.title() for name in CATEGORIES
    ]
    titles += ["Search"] * len(queries)
    titles += ["Home", "Account", "Help", "Cart", "Checkout"]
    all_paths = paths + ["/search"] * len(queries) + fixed
    distinct_paths = tuple(dict.fromkeys(all_paths))
    distinct_titles = tuple(dict.fromkeys(titles))
    return Catalogue(
        cents=cents.astype(np.int64),
        by_price=by_price.astype(np.int64),
        urls=tuple(HOST + address for address in paths + queries + fixed),
        paths=distinct_paths,
        path_of=np.array([distinct_paths.index(path) for path in all_paths]),
        titles=distinct_titles,
        title_of=np.array([distinct_titles.index(title) for title in titles]),
    )

"""The currencies that a box of money offers: those that the plan uses first, then those of the region and its partners."""

#: ISO 4217: ASEAN's members and Timor-Leste, and the partners that fund most of what is done.
KNOWN = (
    "AUD", "BND", "CAD", "CHF", "CNY", "EUR", "GBP", "IDR", "JPY", "KHR", "KRW", "LAK", "MMK", "MYR", "NOK", "NZD", "PHP",
    "SEK", "SGD", "THB", "USD", "VND",
)  # fmt: skip


def offered(*first):
    """Codes for a choice, without doubles: `first` (blank ones are left out) in their order, then the other known ones."""
    return list(dict.fromkeys([*filter(None, first), *KNOWN]))

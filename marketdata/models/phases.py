"""What a market's phase may be, as choices of a column."""

from schemas.enums import AuctionKind, Phase

PHASES = [(phase.value, phase.value.replace("_", " ")) for phase in Phase]
AUCTIONS = [(kind.value, kind.value) for kind in AuctionKind]

"""The whole table."""

from emulators.conformance.listeners import LISTENERS
from emulators.conformance.queries import QUERIES
from emulators.conformance.reads import READS
from emulators.conformance.transactions import TRANSACTIONS
from emulators.conformance.writes import WRITES

BEHAVIOURS = [*WRITES, *READS, *QUERIES, *TRANSACTIONS, *LISTENERS]

"""What the use cases need from outside, each with the guarantee that they rely on."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from services.domain.call import Action, Call, HistoryMessage
from services.domain.documents import Query, Snapshot, Write
from services.domain.files import File
from services.domain.findings import Entry, Session
from services.domain.message import Message
from services.domain.model import Media, ModelReply, ModelRequest
from services.domain.outcome import Answer
from services.domain.schedule import TaskSpec

T = TypeVar("T")


class Clock(Protocol):
    """The one source of time."""

    def now(self) -> datetime:
        """The instant, aware and in UTC."""
        ...

    def pause(self, seconds: float) -> None:
        """Wait between two tries; the only sleep there is, and seconds at most."""
        ...


class Assertions(Protocol):
    """A proxy's signed word for who is asking."""

    def claims(self, assertion: str) -> Mapping[str, Any] | None:
        """What it says, if the signature is good. Raises `Unavailable` without the keys."""
        ...


class Ids(Protocol):
    """The one source of chance."""

    def new(self) -> str:
        """An id that nothing else has."""
        ...

    def fraction(self) -> float:
        """A number in [0, 1), to spread retries."""
        ...


class Reads(Protocol):
    """What a transaction may do before it decides."""

    def get(self, *paths: str) -> list[Snapshot]:
        """The documents, in the order of the paths."""
        ...

    def query(self, query: Query) -> list[Snapshot]:
        """The documents that match; none can enter or leave before the commit."""
        ...


#: A transaction: reads, decides, and answers with a value and the writes to commit. It may run
#: several times, so it has no other effect.
Work = Callable[[Reads], tuple[T, Sequence[Write]]]


class Documents(Reads, Protocol):
    """The store. Every call has a deadline; `Unavailable` when it cannot be kept."""

    def count(self, query: Query, up_to: int) -> int:
        """How many documents match, counted no further than `up_to`; one round trip."""
        ...

    def total(self, query: Query, field: str) -> float:
        """The sum of a number over the documents that match; one round trip."""
        ...

    def commit(self, writes: Sequence[Write]) -> None:
        """All of `writes` or none.

        Raises `AlreadyStored` when a `Create` meets its document, `NotStored` when an `Update`
        meets none.
        """
        ...

    def transact(self, work: Work[T]) -> T:
        """Run `work` so that it is as if nobody else wrote meanwhile; raises `Contention`."""
        ...


class TaskQueue(Protocol):
    """A queue that calls a function at an instant, at least once."""

    def ensure(self, appointment: TaskSpec, body: dict[str, str]) -> None:
        """A task of that name exists or existed; raises `Unavailable` when that is not sure."""
        ...

    def begin(self, appointment: TaskSpec, body: dict[str, str]) -> Callable[[], None]:
        """`ensure`, only begun, beside what the caller does meanwhile.

        What it answers waits for the end, and raises as `ensure` does.
        """
        ...


class Messenger(Protocol):
    """Instagram's side of a conversation."""

    def send(self, account_id: str, call: Call) -> Answer:
        """One message or reaction, once; never raises: the outcome says what is known."""
        ...

    def act(self, account_id: str, igsid: str, action: Action) -> bool:
        """Show typing or seen; whether it was taken. Never raises: it is only for show."""
        ...

    def get_thread_messages(self, account_id: str, igsid: str) -> Sequence[HistoryMessage]:
        """What was said, newest first. Raises `GraphRefused` or `Unavailable`."""
        ...


class Uploads(Protocol):
    """Where a file waits until a message brings it."""

    def upload_file(self, account_id: str, file: File) -> str:
        """Give Instagram a file for later sends; its id there.

        Repeating it leaves one more copy that nobody uses. Raises `GraphRefused` or `Unavailable`.
        """
        ...


class FileSource(Protocol):
    """Where files come from whose address somebody else has named."""

    def fetch(self, url: str, kinds: Sequence[str]) -> Media:
        """The file, if its type is one of `kinds`; raises `NoMedia` for whatever is not safe."""
        ...


class GraphReads(Protocol):
    """What Instagram tells about people and messages.

    Raises `GraphRefused` with the numbers of a refusal, `Unavailable` without a usable answer.
    """

    def get_user_profile(self, account_id: str, igsid: str) -> Mapping[str, Any]:
        """A person, as far as Instagram shows them."""
        ...

    def get_message(self, account_id: str, mid: str) -> HistoryMessage:
        """One message by its mid."""
        ...


#: Reads a regular expression: whether a text holds it, in small or capital letters, told in a time
#: in proportion to the text, whatever the pattern. Raises `Unreadable`.
Patterns = Callable[[str], Callable[[str], bool]]


class Model(Protocol):
    """A language model that calls tools."""

    def generate(self, request: ModelRequest) -> ModelReply:
        """One step. Raises `ModelBusy` when asking again may help, else `ModelError`."""
        ...


class MediaSource(Protocol):
    """Where the pictures and voice notes of messages come from."""

    def fetch(
        self, message: Message, until: datetime | None = None, most_bytes: int | None = None
    ) -> Sequence[Media]:
        """What the message holds that a model can see or hear; raises `NoAnswer`.

        No file is begun from `until` on, and together they have `most_bytes` at most.
        """
        ...


class Calendar(Protocol):
    """The club's sessions."""

    def sessions(self, since: datetime, until: datetime) -> Sequence[Session]:
        """What takes place, by its beginning, cancelled ones left out; raises `NoAnswer`."""
        ...


class KnowledgeSearch(Protocol):
    """What the business has written down."""

    def search(self, account_id: str, query: str) -> Sequence[Entry]:
        """The best entries for the query, best first; raises `NoAnswer`."""
        ...


class Embedder(Protocol):
    """Turns texts into vectors that lie near each other where the texts mean the same."""

    def embed(self, model: str, text: str, *, query: bool) -> Sequence[float]:
        """A vector of `VECTOR_LENGTH` numbers; raises `NoAnswer`."""
        ...


#: How long every vector is; the vector index of `knowledge` is of this length.
VECTOR_LENGTH = 768


class Spread(Protocol):
    """Runs many jobs side by side, a bounded number at a time."""

    def __call__(self, jobs: Sequence[Callable[[], T]]) -> list[T]:
        """Every job has ended when it returns; answers in their order, or the first error."""
        ...

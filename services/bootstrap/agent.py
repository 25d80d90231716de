"""The agent's part of the composition root; imported when a turn first needs it."""

from typing import TYPE_CHECKING

from services.adapters import gemini, patterns
from services.adapters.spond import Spond
from services.agent.agent import Agent
from services.agent.budget import Budget
from services.agent.rules import Rules
from services.settings import Settings
from tools import TOOLS

if TYPE_CHECKING:
    from services.bootstrap import Services


def gemini_model(settings: Settings) -> gemini.GeminiModel | None:
    """Gemini, where a key or a location of Vertex AI is given."""
    url = settings.gemini_url
    if settings.vertex_location:
        client = gemini.connect_vertex(settings.project, settings.vertex_location, url)
        return gemini.GeminiModel(client)
    if settings.gemini_api_key:
        return gemini.GeminiModel(gemini.connect(settings.gemini_api_key, url))
    return None


def agent(services: "Services") -> Agent:
    """Deciding what to do about new messages."""
    return Agent(
        documents=services.documents,
        clock=services.clock,
        ids=services.ids,
        tools=TOOLS,
        rules=Rules(services.documents, services.clock, patterns.read),
        budget=Budget(services.documents, services.clock),
        model=services.model,
        calendar=_calendar(services),
        knowledge=services.knowledge,
        media=services.people.media,
    )


def _calendar(services: "Services") -> Spond | None:
    """The club's calendar, where a login is given."""
    settings = services.settings
    if not (settings.spond_username and settings.spond_password):
        return None
    return Spond(
        settings.spond_url,
        settings.spond_username,
        settings.spond_password,
        settings.spond_group,
        services.clock,
    )

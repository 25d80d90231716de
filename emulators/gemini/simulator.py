"""The simulated Gemini API: one app before the model that answers."""

from flask import Flask

from emulators.clock import SimClock
from emulators.gemini.control import add_control_routes
from emulators.gemini.core import GeminiCore
from emulators.gemini.routes import add_model_routes


class GeminiSim(GeminiCore):
    """`app` answers any version's paths."""

    def __init__(self, clock: SimClock) -> None:
        super().__init__(clock)
        self.app = Flask("emulators.gemini")
        add_control_routes(self.app, self)
        add_model_routes(self.app, self)

"""A stand-in for the API on this machine: real HTTP, a store that survives restarts, invented data.

It is a stranger: it shares no code with the client, so that the two can disagree.
"""

from pipeline.sandbox.server import Running, serve, start

__all__ = ["Running", "serve", "start"]

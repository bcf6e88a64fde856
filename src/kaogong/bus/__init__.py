"""NATS: subjects, streams, connections, the embedded server's configuration and life, the platform's MQTT connection.

May use core alone. Called by every room that talks to another process.
"""

"""The wiring of the functions on AWS Lambda: no broker's client, and no thread that outlives a call.

A module a function, because each loads what it needs alone: a cold start loads all of it.
"""

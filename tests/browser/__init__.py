"""The browser pass: a visitor uses the whole demo in Chromium.

The files run in alphabetical order; those that wait for the demo's clock come last.
"""

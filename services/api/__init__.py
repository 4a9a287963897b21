"""The api process: matches, catalogue, cameras, health and the web page, on one origin."""

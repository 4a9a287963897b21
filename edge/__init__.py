"""The camera's side: the DeepLens loop, the device modules that it runs on, sources and MQTT."""

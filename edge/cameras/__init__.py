"""The sources of frames: one of this process, or cameras that send their frames over MQTT."""

"""Where frames come from: a source of this process, or cameras that send their frames over MQTT."""

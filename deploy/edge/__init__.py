"""The edge on devices with AWS IoT Greengrass: its artefact, component and deployments."""

"""Runs DeepLens programs: the device's modules and an emulator."""

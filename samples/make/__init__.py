"""Makes the sample catalogue, the sample clip and its truth with Blender's `bpy`."""

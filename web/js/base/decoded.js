// Pictures that came as bytes.

/** A decoded image, or null for bytes that are no picture. */
export async function decoded(jpeg) {
  const image = new Image();
  image.alt = "";
  image.src = URL.createObjectURL(jpeg);
  try {
    await image.decode();
    return image;
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

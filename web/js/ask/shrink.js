// Makes a picture small enough to be sent: upright, and no larger than the model can use.

const MOST_PX = 1600;
const MOST_BYTES = 2 * 1024 * 1024;
const QUALITY = 0.9;
// Types that the server reads too; any other type that the browser can show is sent as a JPEG.
const KNOWN = ["image/jpeg", "image/png", "image/webp"];

function toJpeg(bitmap, [width, height]) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff"; // a JPEG has no transparency
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

/** {blob, width, height} of the picture to send, its size when upright; null for a file that is no picture. */
export async function shrink(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
  const scale = Math.min(1, MOST_PX / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  const asItIs = scale === 1 && KNOWN.includes(file.type) && file.size <= MOST_BYTES;
  const blob = asItIs ? file : await toJpeg(bitmap, [width, height]);
  bitmap.close();
  return blob && { blob, width, height };
}

// A picture from the camera goes into the same file field as a picture from the disk.
const MOST_PIXELS = 1280;

const button = (text, kind = "") => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `nhsuk-button nhsuk-button--secondary nhsuk-button--small ${kind}`;
  made.textContent = text;
  return made;
};

function attach(group) {
  const field = group.querySelector("input[type=file]");
  const { open, take, again, refused, taken, view } = group.dataset;
  const start = button(open);
  const said = Object.assign(document.createElement("p"), { className: "app-small" });
  said.setAttribute("role", "status");
  group.append(start, said);

  start.addEventListener("click", async () => {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: MOST_PIXELS }, facingMode: "user" } });
    } catch {
      said.textContent = refused;
      return;
    }
    said.textContent = "";
    group.querySelector("img")?.remove();
    const video = Object.assign(document.createElement("video"), { srcObject: stream, muted: true, playsInline: true });
    video.setAttribute("aria-label", view);
    const shutter = button(take);
    group.insertBefore(video, said);
    group.insertBefore(shutter, said);
    start.hidden = true;
    await video.play();
    shutter.focus();
    shutter.addEventListener("click", () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: video.videoWidth, height: video.videoHeight });
      canvas.getContext("2d").drawImage(video, 0, 0);
      stream.getTracks().forEach((track) => track.stop());
      canvas.toBlob((blob) => {
        const files = new DataTransfer();
        files.items.add(new File([blob], "camera.jpg", { type: "image/jpeg" }));
        field.files = files.files;
        const shot = Object.assign(document.createElement("img"), { src: URL.createObjectURL(blob), alt: taken });
        video.replaceWith(shot);
        shutter.remove();
        said.textContent = taken;
        start.textContent = again;
        start.hidden = false;
        start.focus();
      }, "image/jpeg", 0.92);
    });
  });
}

if (navigator.mediaDevices?.getUserMedia) document.querySelectorAll("[data-camera]").forEach(attach);

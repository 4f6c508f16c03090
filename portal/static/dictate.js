// Dictation: the microphone's sound is sent as a WAV file, and the draft made of it takes the panel's place.
const RATE = 16000;
// What browsers do to please the ear of a caller is not what speech recognition was trained on.
const PLAIN = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false };

const make = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
const button = (text, kind, pressed) => {
  const made = make("button", { type: "button", className: `nhsuk-button nhsuk-button--small ${kind}`, textContent: text });
  made.addEventListener("click", pressed);
  return made;
};

function wav(chunks) {
  const size = 2 * chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const head = new DataView(new ArrayBuffer(44));
  const text = (at, letters) => [...letters].forEach((letter, i) => head.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  head.setUint32(4, 36 + size, true);
  text(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true); // plain samples
  head.setUint16(22, 1, true); // one channel
  head.setUint32(24, RATE, true);
  head.setUint32(28, 2 * RATE, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  text(36, "data");
  head.setUint32(40, size, true);
  return new Blob([head, ...chunks], { type: "audio/wav" });
}

async function opened(worklet, heard) {
  // Everything is ready before the microphone opens, so that no first word is lost.
  const context = new AudioContext();
  let stream;
  const close = () => {
    stream?.getTracks().forEach((track) => track.stop());
    if (context.state !== "closed") context.close();
  };
  try {
    await context.audioWorklet.addModule(worklet);
    stream = await navigator.mediaDevices.getUserMedia({ audio: PLAIN });
    const recorder = new AudioWorkletNode(context, "recorder", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    recorder.port.onmessage = ({ data }) => heard(data);
    context.createMediaStreamSource(stream).connect(recorder);
    await context.resume();
  } catch (error) {
    close();
    throw error;
  }
  return close;
}

function attach(group) {
  const { open, stop, cancel, again, recording, sending, level, elapsed, cancelled, refused, missing, failed, worklet } = group.dataset;
  const longest = Number(group.dataset.longest);
  const said = make("p", { className: "app-small" });
  said.setAttribute("role", "status");
  const meter = make("meter", { min: 0, max: 1, high: 0.97 });
  meter.setAttribute("aria-label", level);
  const time = make("span", { className: "app-number" });
  time.setAttribute("role", "timer");
  time.setAttribute("aria-label", elapsed);
  let chunks = [], count = 0, close = null, sound = null;

  const tell = (seconds) => { time.textContent = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`; };
  const show = (state) => {
    start.hidden = state !== "idle" && state !== "unsent";
    repeat.hidden = state !== "unsent";
    running.hidden = state !== "recording";
  };
  const end = () => {
    close?.();
    close = null;
  };
  const hear = ({ samples, loudest }) => {
    if (!close) return;
    if (!group.isConnected) return end(); // another answer took the panel's place
    chunks.push(samples);
    count += samples.length;
    meter.value = loudest;
    tell(count / RATE);
    if (count >= longest * RATE) send();
  };

  async function begin() {
    start.disabled = true;
    try {
      [chunks, count, sound] = [[], 0, null];
      close = await opened(worklet, hear);
    } catch (error) {
      said.textContent = error.name === "NotAllowedError" ? refused : missing;
      return;
    } finally {
      start.disabled = false;
    }
    tell(0);
    said.textContent = recording;
    show("recording");
    halt.focus();
  }

  function send() {
    end();
    sound = wav(chunks);
    post();
  }

  async function post() {
    show("sending");
    said.textContent = sending;
    const form = group.closest("form");
    const body = new FormData();
    body.set("content", sound, "dictation.wav");
    body.set("note", form.elements.note.value);
    try {
      const answer = await fetch(group.querySelector("[data-file]").formAction, { method: "POST", body });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const panel = page.getElementById("notes");
      if (!panel) throw new Error(`status ${answer.status}`);
      swap(panel);
    } catch {
      said.textContent = failed;
      show("unsent");
      repeat.focus();
    }
  }

  const start = button(open, "nhsuk-button--secondary", begin);
  const repeat = button(again, "", post);
  const halt = button(stop, "", send);
  const give = button(cancel, "nhsuk-button--secondary", () => {
    end();
    said.textContent = cancelled;
    show("idle");
    start.focus();
  });
  const running = make("div", { className: "app-row" }, meter, time, halt, give);
  // The form's own answers go elsewhere (hx-post): a file is sent like what was recorded.
  group.querySelector("[data-file]").addEventListener("click", (event) => {
    event.preventDefault();
    end();
    sound = group.querySelector("input[type=file]").files[0] ?? new Blob();
    post();
  });
  group.prepend(repeat, start, running, said);
  show("idle");
}

function swap(panel) {
  const old = document.getElementById("notes");
  old.replaceWith(document.adoptNode(panel));
  htmx.process(panel);
  ready();
  const heading = panel.querySelector(".app-draft h3") ?? panel.querySelector("h2");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

function ready() {
  document.querySelectorAll("[data-dictate]:not([data-ready])").forEach((group) => {
    group.dataset.ready = "";
    attach(group);
  });
}

ready();
document.body.addEventListener("htmx:after:swap", ready);

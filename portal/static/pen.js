// A pad for pen, finger or mouse. What was drawn stays in the page until the server has it: a panel
// that is replaced, a failed call or an answer that asks for a correction loses no stroke.
const MOST_POINTS = 60000;
const MOST_STROKES = 3000;
const RULED = 64; // CSS pixels between the lines, as in the stylesheet
const LEAST_MOVE = 0.7; // pixels: a nearer point says nothing new
const TALLEST = 40 * RULED;

// By visit: the pad is made anew whenever htmx replaces the panel.
const kept = new Map();
const blank = () => ({ strokes: [], cleared: null, started: null, at: 0, pointer: "", height: 4 * RULED, sent: false });
const round = (value, digits) => Number(value.toFixed(digits));

class PenPad extends HTMLElement {
  connectedCallback() {
    this.canvas = this.querySelector("canvas");
    this.pen = this.canvas.getContext("2d");
    this.said = this.querySelector("[data-said]");
    if (!kept.has(this.dataset.visit)) kept.set(this.dataset.visit, blank());
    this.drawing = kept.get(this.dataset.visit);
    this.drawing.sent = false;
    if (this.drawing.strokes.length) this.querySelector("details").open = true;
    this.hidden = false;
    for (const [name, act] of Object.entries({ undo: this.undo, clear: this.clear, room: this.room })) {
      this.querySelector(`[data-do=${name}]`).addEventListener("click", act.bind(this));
    }
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) {
      this.canvas.addEventListener(name, (event) => this.end(event));
    }
    // Before htmx, which listens at the form itself.
    this.addEventListener("submit", (event) => this.submit(event), true);
    this.failing = () => this.failed();
    document.body.addEventListener("htmx:error", this.failing);
    document.body.addEventListener("htmx:response:error", this.failing);
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(this.canvas);
  }

  disconnectedCallback() {
    this.sizes.disconnect();
    document.body.removeEventListener("htmx:error", this.failing);
    document.body.removeEventListener("htmx:response:error", this.failing);
    // The panel that took this one's place shows a draft: the drawing is safe there.
    const visit = this.dataset.visit;
    setTimeout(() => {
      if (this.drawing.sent && document.querySelector(".app-draft")) kept.delete(visit);
    });
  }

  begin(event) {
    if (!event.isPrimary || event.button !== 0) return;
    // Once a pen has written here, a touch is the palm.
    if (event.pointerType === "touch" && this.drawing.pointer === "pen") return;
    if (this.full()) return;
    event.preventDefault();
    if (!this.drawing.strokes.length) {
      this.drawing.started = new Date();
      this.drawing.at = event.timeStamp;
    }
    this.drawing.pointer = event.pointerType;
    this.drawing.cleared = null;
    this.drawing.sent = false;
    this.say("");
    this.canvas.setPointerCapture(event.pointerId);
    this.active = event.pointerId;
    this.drawing.strokes.push([this.point(event)]);
    this.paint(this.drawing.strokes.at(-1));
  }

  move(event) {
    if (event.pointerId !== this.active) return;
    const stroke = this.drawing.strokes.at(-1);
    const from = stroke.length - 1;
    const several = event.getCoalescedEvents?.() ?? [];
    for (const one of several.length ? several : [event]) {
      const point = this.point(one);
      const before = stroke.at(-1);
      if (Math.hypot(point[0] - before[0], point[1] - before[1]) >= LEAST_MOVE) stroke.push(point);
    }
    this.paint(stroke.slice(from));
    if (this.full()) this.active = null;
  }

  end(event) {
    if (event.pointerId === this.active) this.active = null;
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    const within = (value, most) => Math.min(Math.max(value, 0), most);
    return [
      round(within(event.clientX - box.left, box.width), 1),
      round(within(event.clientY - box.top, box.height), 1),
      Math.max(0, Math.round(event.timeStamp - this.drawing.at)),
      // A mouse has no pressure, and some pens report none.
      event.pointerType === "mouse" || !event.pressure ? 0.5 : round(event.pressure, 2),
    ];
  }

  full() {
    const { strokes } = this.drawing;
    const points = strokes.reduce((sum, stroke) => sum + stroke.length, 0);
    const over = strokes.length >= MOST_STROKES || points >= MOST_POINTS;
    if (over) this.say(this.dataset.full);
    return over;
  }

  undo() {
    if (this.drawing.cleared) {
      this.drawing.strokes = this.drawing.cleared;
      this.drawing.cleared = null;
    } else this.drawing.strokes.pop();
    this.fit();
  }

  clear() {
    if (this.drawing.strokes.length) this.drawing.cleared = this.drawing.strokes;
    this.drawing.strokes = [];
    this.fit();
  }

  room() {
    this.drawing.height = Math.min(TALLEST, this.drawing.height + 2 * RULED);
    this.fit();
  }

  // As many dots as the screen has: a canvas is blurred otherwise.
  fit() {
    this.canvas.style.height = `${this.drawing.height}px`;
    const { width, height } = this.canvas.getBoundingClientRect();
    const dots = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * dots);
    this.canvas.height = Math.round(height * dots);
    this.pen.scale(dots, dots);
    this.drawing.strokes.forEach((stroke) => this.paint(stroke));
  }

  paint(points) {
    this.pen.lineCap = this.pen.lineJoin = "round";
    this.pen.strokeStyle = "#212b32";
    points.forEach(([x, y, , force], index) => {
      const [fromX, fromY] = points[Math.max(0, index - 1)];
      this.pen.lineWidth = 1 + 2 * force;
      this.pen.beginPath();
      this.pen.moveTo(fromX, fromY);
      this.pen.lineTo(x, y);
      this.pen.stroke();
    });
  }

  submit(event) {
    const { strokes, started, pointer } = this.drawing;
    if (!strokes.length) {
      event.preventDefault();
      event.stopPropagation();
      this.say(this.dataset.empty);
      return;
    }
    const { width, height } = this.canvas.getBoundingClientRect();
    const most = (side, size) => Math.ceil(strokes.reduce((far, stroke) => stroke.reduce((at, point) => Math.max(at, point[side]), far), size));
    // A phone that was turned has made the canvas narrower than what was drawn before.
    const drawn = { width: most(0, width), height: most(1, height), started_at: started, pointer, strokes };
    // A file: a text field may be no longer than 1 MB.
    const files = new DataTransfer();
    files.items.add(new File([JSON.stringify(drawn)], "drawing.json", { type: "application/json" }));
    this.querySelector("[name=drawing]").files = files.files;
    this.drawing.sent = true;
    this.say("");
  }

  failed() {
    if (!this.drawing.sent) return;
    this.drawing.sent = false;
    this.say(this.dataset.failed);
  }

  say(text) {
    this.said.textContent = text ?? "";
  }
}

customElements.define("pen-pad", PenPad);

// Leaving the page would lose what was drawn and not sent.
addEventListener("beforeunload", (event) => {
  if ([...kept.values()].some(({ strokes, sent }) => strokes.length && !sent)) event.preventDefault();
});

// Sound from the microphone as 16-bit samples, 16,000 a second, whatever rate the device has.
const RATE = 16000;
const CHUNK = RATE / 10; // samples that are sent to the page together

class Recorder extends AudioWorkletProcessor {
  constructor() {
    super();
    this.step = sampleRate / RATE; // samples that come in for one that goes out
    this.sum = 0;
    this.count = 0;
    this.next = this.step;
    this.made = new Int16Array(CHUNK);
    this.filled = 0;
    this.loudest = 0;
  }

  process([input]) {
    for (const value of input[0] ?? []) {
      this.sum += value;
      this.count += 1;
      if (this.count >= this.next) this.keep();
    }
    return true;
  }

  keep() {
    const value = Math.max(-1, Math.min(1, this.sum / this.count));
    // What the step leaves over belongs to the next sample, so that the pitch stays right.
    this.next = this.step + this.next - this.count;
    this.sum = this.count = 0;
    this.loudest = Math.max(this.loudest, Math.abs(value));
    this.made[this.filled++] = Math.round(value * 32767);
    if (this.filled < CHUNK) return;
    this.port.postMessage({ samples: this.made.slice(), loudest: this.loudest });
    this.filled = this.loudest = 0;
  }
}

registerProcessor("recorder", Recorder);

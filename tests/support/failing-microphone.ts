/**
 * Runs in a page before its own scripts: a microphone that plays what it is told, and that fails as real ones do. Its
 * contexts are told from others by their rate.
 */
export const failingMicrophone = `
  window.microphone = { tracks: [], isUnplugged: false, isOnThePhone: false, context: null };
  const microphone = window.microphone;
  const NativeContext = AudioContext;
  let output = null;
  window.AudioContext = class extends NativeContext {
    constructor(options) {
      super(options);
      if (options?.sampleRate === 24000) microphone.context = this;
    }
    resume() {
      return microphone.isOnThePhone && this === microphone.context ? new Promise(() => undefined) : super.resume();
    }
  };
  navigator.mediaDevices.getUserMedia = async () => {
    if (microphone.isUnplugged) throw new DOMException('Requested device not found', 'NotFoundError');
    output ??= new NativeContext();
    await output.resume();
    microphone.outlet = output.createMediaStreamDestination();
    microphone.tracks.push(microphone.outlet.stream.getAudioTracks()[0]);
    return microphone.outlet.stream;
  };
  microphone.speak = async (url) => {
    const source = output.createBufferSource();
    source.buffer = await output.decodeAudioData(await (await fetch(url)).arrayBuffer());
    source.loop = true;
    source.connect(microphone.outlet);
    source.start();
    microphone.quiet = () => source.stop();
  };
  microphone.takeCall = async () => {
    microphone.isOnThePhone = true;
    await microphone.context.suspend();
  };
  microphone.endCall = () => { microphone.isOnThePhone = false; };
  microphone.mute = (muted) => {
    const track = microphone.tracks.at(-1);
    Object.defineProperty(track, 'muted', { value: muted, configurable: true });
    track.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  };
  microphone.unplug = () => {
    const track = microphone.tracks.at(-1);
    track.stop();
    track.dispatchEvent(new Event('ended'));
  };
  microphone.plugIn = () => {
    microphone.isUnplugged = false;
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  };
`;

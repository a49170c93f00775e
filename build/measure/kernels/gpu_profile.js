// Times every dispatch of a worker's compute device: put into the worker before it asks for one (gpu_profile.py).
// Each dispatch becomes a pass of its own with a timestamp at both ends, which costs some microseconds between them.
(() => {
  const MOST = 2048; // dispatches of a submission: two timestamps each, as many as a query set may have
  const QUERY_RESOLVE = 0x200, COPY_SOURCE = 0x04, COPY_TARGET = 0x08, MAP_READ = 0x01;
  const submissions = [];
  globalThis.gpuProfile = { on: false, submissions };

  const ask = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = function (wanted = {}) {
    return ask.call(this, { ...wanted, requiredFeatures: [...(wanted.requiredFeatures ?? []), "timestamp-query"] });
  };

  const make = GPUDevice.prototype.createCommandEncoder;
  GPUDevice.prototype.createCommandEncoder = function (...given) {
    const encoder = make.apply(this, given);
    if (globalThis.gpuProfile.on) {
      const queries = this.createQuerySet({ type: "timestamp", count: 2 * MOST });
      encoder.timed = { device: this, queries, names: [], last: false };
    }
    return encoder;
  };

  const begin = GPUCommandEncoder.prototype.beginComputePass;
  class TimedPass {
    constructor(encoder) {
      this.encoder = encoder;
    }
    setPipeline(pipeline) {
      this.pipeline = pipeline;
    }
    setBindGroup(_, group) {
      this.group = group;
    }
    dispatchWorkgroups(...groups) {
      const { queries, names } = this.encoder.timed;
      const at = 2 * names.length;
      const times = { querySet: queries, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
      names.push(this.pipeline.label);
      const pass = begin.call(this.encoder, { timestampWrites: times });
      pass.setPipeline(this.pipeline);
      pass.setBindGroup(0, this.group);
      pass.dispatchWorkgroups(...groups);
      pass.end();
    }
    end() {}
  }
  GPUCommandEncoder.prototype.beginComputePass = function (...given) {
    return this.timed ? new TimedPass(this) : begin.apply(this, given);
  };

  const copy = GPUCommandEncoder.prototype.copyBufferToBuffer;
  GPUCommandEncoder.prototype.copyBufferToBuffer = function (...given) {
    if (this.timed) this.timed.last = true; // only what ends an update copies anything
    return copy.apply(this, given);
  };

  const finish = GPUCommandEncoder.prototype.finish;
  GPUCommandEncoder.prototype.finish = function (...given) {
    if (this.timed) {
      const { device, queries, names, last } = this.timed;
      const size = 16 * names.length;
      const resolved = device.createBuffer({ size, usage: QUERY_RESOLVE | COPY_SOURCE });
      const read = device.createBuffer({ size, usage: COPY_TARGET | MAP_READ });
      this.resolveQuerySet(queries, 0, 2 * names.length, resolved, 0);
      copy.call(this, resolved, 0, read, 0, size);
      submissions.push({ names, last, read });
    }
    return finish.apply(this, given);
  };

  // What was timed: of each submission the labels, whether it ends an update, and nanoseconds, two a label.
  globalThis.gpuProfile.told = async () => {
    const told = [];
    for (const { names, last, read } of submissions) {
      await read.mapAsync(1);
      told.push({ names, last, ns: [...new BigUint64Array(read.getMappedRange())].map(Number) });
      read.destroy();
    }
    return JSON.stringify(told);
  };
})();

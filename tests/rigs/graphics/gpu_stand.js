// A compute device for tests, driven from outside the page: the same few operations as browser/graphics/gpu_device.py, in JavaScript.
(() => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const text = (buffer) => {
    let out = "";
    const all = new Uint8Array(buffer);
    for (let k = 0; k < all.length; k += 32768) out += String.fromCharCode(...all.subarray(k, k + 32768));
    return btoa(out);
  };
  const stand = { buffers: {}, pipelines: {}, groups: {}, complaints: [], made: new Map() };
  window.stand = stand;

  stand.open = async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const requiredFeatures = ["subgroups"].filter((name) => adapter.features.has(name));
    stand.device = await adapter.requestDevice({ requiredFeatures });
    stand.device.onuncapturederror = (event) => stand.complaints.push(event.error.message);
    return `${adapter.info.vendor} ${adapter.info.architecture}`;
  };

  stand.clear = () => {
    for (const buffer of Object.values(stand.buffers)) buffer.destroy();
    Object.assign(stand, { buffers: {}, pipelines: {}, groups: {}, complaints: [] });
  };

  const make = async ({ code, entry, constants }) => {
    const device = stand.device;
    const module = device.createShaderModule({ code });
    const { messages } = await module.getCompilationInfo();
    const bad = messages.filter((m) => m.type === "error").map((m) => `${m.lineNum}:${m.linePos} ${m.message}`);
    if (bad.length) throw new Error(bad.join("\n"));
    return device.createComputePipelineAsync({ layout: "auto", compute: { module, entryPoint: entry, constants } });
  };

  // All at the same time, as browser/graphics/gpu_device.py does it; and each once, however many tests use it.
  stand.compile = async (list) => {
    const pipelines = await Promise.all(list.map((given) => {
      const key = JSON.stringify([given.code, given.entry, given.constants]);
      if (!stand.made.has(key)) stand.made.set(key, make(given));
      return stand.made.get(key);
    }));
    for (const [k, { name, bindings }] of list.entries()) stand.pipelines[name] = { pipeline: pipelines[k], bindings };
  };

  stand.fit = (sizes) => {
    for (const buffer of Object.values(stand.buffers)) buffer.destroy();
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC | GPUBufferUsage.UNIFORM;
    for (const [name, size] of Object.entries(sizes)) stand.buffers[name] = stand.device.createBuffer({ size, usage });
    for (const [name, { pipeline, bindings }] of Object.entries(stand.pipelines)) {
      const entries = bindings.map(([binding, buffer]) => ({ binding, resource: { buffer: stand.buffers[buffer] } }));
      stand.groups[name] = stand.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    }
  };

  stand.write = ([name, offset, data]) => stand.device.queue.writeBuffer(stand.buffers[name], offset, bytes(data));

  stand.submit = (dispatches) => {
    const encoder = stand.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const [name, groups] of dispatches) {
      pass.setPipeline(stand.pipelines[name].pipeline);
      pass.setBindGroup(0, stand.groups[name]);
      pass.dispatchWorkgroups(...groups);
    }
    pass.end();
    stand.device.queue.submit([encoder.finish()]);
  };

  stand.read = async (names) => {
    const device = stand.device;
    const encoder = device.createCommandEncoder();
    const sizes = names.map((name) => stand.buffers[name].size);
    const size = sizes.reduce((a, b) => a + b, 0);
    const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    let at = 0;
    for (const [k, name] of names.entries()) {
      encoder.copyBufferToBuffer(stand.buffers[name], 0, staging, at, sizes[k]);
      at += sizes[k];
    }
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const out = text(staging.getMappedRange());
    staging.destroy();
    if (stand.complaints.length) throw new Error(stand.complaints.join("\n"));
    return out;
  };
})();

// Runs a model in ONNX Runtime on an example that "gsdnet export RUN model.onnx --feed
// feed.npz" wrote, and prints the largest relative difference to what is expected.
//
//   node run.js model.onnx feed.npz
'use strict'
const fs = require('fs')
const ort = require('onnxruntime-node')

// arrays reads a .npz whose entries are stored without compression.
function arrays(path) {
  const file = fs.readFileSync(path)
  const out = {}
  const end = file.length - 22 // of the directory, which has no remark behind it
  for (let at = file.readUInt32LE(end + 16), n = file.readUInt16LE(end + 10); n > 0; n--) {
    const size = file.readUInt32LE(at + 24), named = file.readUInt16LE(at + 28)
    const entry = file.readUInt32LE(at + 42)
    const name = file.toString('latin1', at + 46, at + 46 + named).replace(/\.npy$/, '')
    const start = entry + 30 + file.readUInt16LE(entry + 26) + file.readUInt16LE(entry + 28)
    out[name] = array(file.subarray(start, start + size))
    at += 46 + named + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32)
  }
  return out
}

// array reads a .npy.
function array(file) {
  const start = 10 + file.readUInt16LE(8)
  const header = file.toString('latin1', 10, start)
  const type = /'descr': '([^']*)'/.exec(header)[1]
  const dims = /'shape': \(([^)]*)\)/.exec(header)[1].split(',').filter((x) => x.trim()).map(Number)
  const data = new Uint8Array(file.subarray(start)).buffer
  const kind = { '<f4': ['float32', Float32Array], '<i4': ['int32', Int32Array], '<i8': ['int64', BigInt64Array], '|u1': ['bool', Uint8Array] }[type]
  return new ort.Tensor(kind[0], new kind[1](data), dims)
}

async function main() {
  const session = await ort.InferenceSession.create(process.argv[2], { intraOpNumThreads: 1 })
  const all = arrays(process.argv[3])
  const feed = {}
  for (const name of session.inputNames) feed[name] = all[name]
  const results = await session.run(feed)
  let worst = 0, n = 0
  for (const name of session.outputNames) {
    const want = all['expected_' + name].data, got = results[name].data
    if (want.length !== got.length) throw new Error(name + ': ' + got.length + ' numbers, want ' + want.length)
    for (let i = 0; i < want.length; i++, n++) {
      const off = Math.abs(got[i] - want[i]) / Math.max(1, Math.abs(want[i]))
      worst = Number.isNaN(off) ? Infinity : Math.max(worst, off)
    }
  }
  console.log(JSON.stringify({ worst, n }))
}

main().catch((e) => { console.error(e.message); process.exit(1) })

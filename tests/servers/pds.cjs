// A directory of identities (in memory) and a real Bluesky PDS, both on loopback.
// Takes one JSON object as its argument: {modules, folder, plcPort, pdsPort, appviewUrl,
// adminPassword}.
// Prints one line of JSON when it answers, and stops when its standard input is closed.
const crypto = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const { createRequire } = require('node:module')

const options = JSON.parse(process.argv[2])
const load = createRequire(path.join(options.modules, 'package.json'))
const { PlcServer, Database } = load('@did-plc/server')
const { PDS, envToCfg, envToSecrets } = load('@atproto/pds')

function settings() {
  const blobs = path.join(options.folder, 'blobs')
  fs.mkdirSync(blobs, { recursive: true })
  return {
    devMode: true,
    port: options.pdsPort,
    hostname: 'localhost',
    dataDirectory: options.folder,
    blobstoreDiskLocation: blobs,
    didPlcUrl: `http://localhost:${options.plcPort}`,
    serviceHandleDomains: ['.test'],
    inviteRequired: false,
    disableSsrfProtection: true, // all of it is on loopback
    crawlers: [],
    bskyAppViewUrl: options.appviewUrl,
    bskyAppViewDid: 'did:example:appview',
    modServiceUrl: 'http://localhost:9',
    modServiceDid: 'did:example:moderation',
    jwtSecret: crypto.randomBytes(16).toString('hex'),
    adminPassword: options.adminPassword,
    plcRotationKeyK256PrivateKeyHex: crypto.randomBytes(32).toString('hex'),
  }
}

async function main() {
  const plc = PlcServer.create({ db: Database.mock(), port: options.plcPort })
  await plc.start()
  const env = settings()
  const pds = await PDS.create(envToCfg(env), envToSecrets(env))
  await pds.start()
  console.log(JSON.stringify({ ready: true }))
  // The parent may be killed at any time: the end of the pipe is the one sign that always comes.
  process.stdin.on('end', () => process.exit(0)).resume()
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})

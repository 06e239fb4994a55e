// Bluesky's AppView on loopback, with its data plane, fed from the firehose of one PDS.
// Takes one JSON object as its argument: {modules, port, dataPlanePort, databaseUrl, plcUrl, pdsUrl}.
// Prints one line of JSON when it answers, and stops when its standard input is closed.
const path = require('node:path')
const { createRequire } = require('node:module')

const options = JSON.parse(process.argv[2])
const load = createRequire(path.join(options.modules, 'package.json'))
const bsky = load('@atproto/bsky')

// Read by readEnv alone, which insists on them. Nobody answers there: mutes, drafts and bookmarks
// are not to be had, nor is moderation.
process.env.BSKY_BSYNC_URL = 'http://localhost:9'
process.env.MOD_SERVICE_DID = 'did:example:moderation'

function configuration() {
  return bsky.ServerConfig.readEnv({
    port: options.port,
    publicUrl: `http://localhost:${options.port}`,
    serverDid: 'did:example:appview', // as in pds.cjs, whose calls are signed for it
    didPlcUrl: options.plcUrl,
    dataplaneUrls: [`http://localhost:${options.dataPlanePort}`],
    dataplaneHttpVersion: '1.1',
    bsyncHttpVersion: '1.1',
    disableSsrfProtection: true, // all of it is on loopback
  })
}

// Handles under .test stand in no DNS: the PDS that gave them out is asked instead.
async function resolveHandle(handle) {
  const query = new URLSearchParams({ handle })
  const answer = await fetch(`${options.pdsUrl}/xrpc/com.atproto.identity.resolveHandle?${query}`)
  return answer.ok ? (await answer.json()).did : undefined
}

async function main() {
  const db = new bsky.Database({ url: options.databaseUrl, poolSize: 10 })
  await db.migrateToLatestOrThrow()
  const { DataPlaneServer, BskyAppView, RepoSubscription } = bsky
  const dataPlane = await DataPlaneServer.create(db, options.dataPlanePort, options.plcUrl, fetch)
  dataPlane.idResolver.handle.resolve = resolveHandle
  const appview = BskyAppView.create({ config: configuration() })
  await appview.start()
  const service = options.pdsUrl.replace('http', 'ws')
  await new RepoSubscription({ service, db, idResolver: dataPlane.idResolver }).start()
  console.log(JSON.stringify({ ready: true }))
  // The parent may be killed at any time: the end of the pipe is the one sign that always comes.
  process.stdin.on('end', () => process.exit(0)).resume()
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})

// The graphql-ws client as integrators use it.
//
//   node client.mjs URL TOKEN DOCUMENT [DOCUMENT ...]
//
// follows each document and prints one line of JSON for each thing that happens: {"acknowledged":true} once the server has
// admitted it, {"of":n,"next":...}, {"of":n,"error":...}, {"of":n,"complete":true}, {"closed":code,"reason":text}. A line on
// standard input that holds a number completes the operation of that number. It does not come back by itself.
import { createInterface } from 'node:readline';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [url, token, ...documents] = process.argv.slice(2);
const print = (line) => console.log(JSON.stringify(line));
const client = createClient({
  url,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${token}` },
  retryAttempts: 0,
  lazy: documents.length > 0,
  // What a closed connection is to each operation is printed there.
  onNonLazyError: () => {},
  on: {
    connected: () => print({ acknowledged: true }),
    closed: (event) => print({ closed: event.code, reason: String(event.reason) }),
  },
});
const ends = documents.map((query, of) =>
  client.subscribe({ query }, {
    next: (answer) => print({ of, next: answer }),
    // A list of errors is the server's; anything else is how the connection ended.
    error: (fault) => print({ of, error: Array.isArray(fault) ? fault : null }),
    complete: () => print({ of, complete: true }),
  }));
createInterface({ input: process.stdin })
  .on('line', (line) => ends[Number(line)]())
  .on('close', () => client.dispose());

// Starts the stand-in on a port of the system's choice, prints its connection string and runs until it is stopped.
import { CongoServer } from '@push.rocks/smartmongo/dist_ts/congodb/index.js';

const server = new CongoServer({ host: '127.0.0.1', port: 0 });
await server.start();
console.log(`mongodb://127.0.0.1:${server.server.address().port}`);   // its own getConnectionUri() shows the port that was asked for
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));

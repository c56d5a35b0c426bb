// The peer: Node socket.io with the same two events as fanout_server.py. argv: PORT FOLDER, where
// FOLDER/node_modules holds socket.io.
import { createRequire } from "node:module";
import { createServer } from "node:http";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const [, , port, folder] = process.argv;
const require = createRequire(path.join(path.resolve(folder), "package.json"));
const { Server } = require("socket.io");
const seconds = () => (Number(process.hrtime.bigint()) / 1e9).toFixed(6);

const http = createServer((_asked, answer) => answer.end("ok"));
const io = new Server(http, { transports: ["websocket"], maxHttpBufferSize: 16_384 });
io.on("connection", (socket) => {
  socket.on("join", (room) => socket.join(room));
  socket.on("fire", async ({ k, room, pad = 250, gap = 0 }) => {
    const filling = "x".repeat(pad);
    for (let n = 0; n < k; n += 1) {
      (room ? io.to(room) : io).emit("ev", { n, t: seconds(), pad: filling });
      await pause(gap * 1000);
    }
  });
});
http.listen({ port: Number(port), host: "127.0.0.1", backlog: 4096 });

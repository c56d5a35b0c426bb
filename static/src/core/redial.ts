// The socket's way back. Its own would begin anew each time a line opens, also one on which the city
// then answers nothing: for as long as the database is away that is a try a second of every page.
import type { Socket } from "socket.io-client";
import { longer, uneven } from "./pauses";

const FIRST_MS = 2000;

export class Redial {
  private pause = FIRST_MS;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly socket: Socket) {
    // The line was gone, and what was tried on it says nothing of the city.
    window.addEventListener("online", () => {
      this.rest();
      this.now();
    });
  }

  /** Try again after a pause; one that is under way counts. */
  later(): void {
    if (this.waiting !== undefined) return;
    this.waiting = setTimeout(() => this.now(), uneven(this.pause));
    this.pause = longer(this.pause);
  }

  now(): void {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    this.socket.connect();
  }

  /** The city answered: whatever comes next begins with a short pause. */
  rest(): void {
    this.pause = FIRST_MS;
  }
}

"""Ways to a port that can be cut: what is sent then arrives nowhere, and nothing is closed, as when a cable is pulled."""

import asyncio
import threading


class Links:
    """All ways, in one thread."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def to(self, target):
        """A new way to a port of this machine."""
        return asyncio.run_coroutine_threadsafe(Link.open(target), self.loop).result()

    def set(self, links, whole):
        for link in links:
            deed = link.whole.set if whole else link.whole.clear
            self.loop.call_soon_threadsafe(deed)


class Link:
    @classmethod
    async def open(cls, target):
        link = cls()
        link.target = target
        link.whole = asyncio.Event()
        link.whole.set()
        link.server = await asyncio.start_server(link.serve, "127.0.0.1", 0)
        link.port = link.server.sockets[0].getsockname()[1]
        return link

    async def serve(self, reader, writer):
        await self.whole.wait()
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        there = self.pass_on(reader, far_writer)
        back = self.pass_on(far_reader, writer)
        await asyncio.gather(there, back)

    async def pass_on(self, reader, writer):
        try:
            while data := await reader.read(65536):
                await self.whole.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        # The end arrives no sooner than what was sent before it.
        await self.whole.wait()
        writer.close()

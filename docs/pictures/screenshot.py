#!/usr/bin/env python3
"""What a browser shows of a page: screenshot.py URL PICTURE.png [--size 1280x800] [--dark] [--wait SECONDS] [--chromium PROGRAM]

docs/pictures/tutorial-tensorboard.png was made so, behind the tutorial's steps:

    tensorboard --logdir runs &
    docs/pictures/screenshot.py 'http://localhost:6006/?darkMode=false&tagFilter=epoch_(accuracy%7Closs)#timeseries' \\
        docs/pictures/tutorial-tensorboard.png --size 1400x660 --wait 15

Chromium runs without a screen and is spoken to through its debugging pipe. What the page asks other hosts for is printed.
"""
import argparse
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time


class Browser:
    def __init__(self, program, folder):
        # Chromium reads from descriptor 3 and writes to 4; messages end with a zero byte.
        (self.theirs_in, self.out), (self.into, self.theirs_out) = os.pipe(), os.pipe()
        self.number, self.rest, self.events = 0, b"", []
        command = f'exec "$0" "$@" 3<&{self.theirs_in} 4>&{self.theirs_out}'
        self.process = subprocess.Popen(
            ["bash", "-c", command, program, "--headless", "--no-sandbox", "--hide-scrollbars", "--remote-debugging-pipe",
             f"--user-data-dir={folder}", "about:blank"],
            pass_fds=[self.theirs_in, self.theirs_out], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if hasattr(self, "session"):
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def message(self):
        while b"\0" not in self.rest:
            self.rest += os.read(self.into, 1 << 16)
        first, self.rest = self.rest.split(b"\0", 1)
        return json.loads(first)

    def evaluate(self, expression):
        return self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)["result"].get("value")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("url")
    parser.add_argument("picture")
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--wait", type=float, default=2)
    parser.add_argument("--script", help="what the page runs before the picture")
    parser.add_argument("--chromium", default="chromium")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    folder = tempfile.mkdtemp()
    browser = Browser(options.chromium, folder)
    try:
        browser.call("Network.enable")
        browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = "dark" if options.dark else "light"
        browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        browser.call("Page.navigate", url=options.url)
        time.sleep(options.wait)
        if options.script:
            print(browser.evaluate(options.script))
            time.sleep(options.wait)
        with open(options.picture, "wb") as file:
            file.write(base64.b64decode(browser.call("Page.captureScreenshot", format="png")["data"]))
        asked = {event["params"]["request"]["url"] for event in browser.events if event["method"] == "Network.requestWillBeSent"}
        home = options.url.split("/")[2]
        print(*sorted(url for url in asked if url.startswith("http") and url.split("/")[2] != home), sep="\n")
    finally:
        browser.process.terminate()
        browser.process.wait()
        shutil.rmtree(folder, ignore_errors=True)


main()

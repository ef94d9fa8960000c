# SPDX-License-Identifier: Apache-2.0
"""The page /admin, driven and observed as an operator would."""

from playwright.sync_api import expect

from support.waiting import PATIENCE, until

INTERVAL = 2000


class AdminPage:
    def __init__(self, context, url):
        self.context = context
        self.errors = []
        self.addresses = []
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)
        self.page.on("request", lambda request: self.addresses.append(request.url))
        self.page.goto(f"{url}admin")

    def _note(self, message):
        # A request that fails is told there, too; everything else is a mistake, or against the policy.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def sign_in(self, token):
        self.token_field.fill(token)
        self.button("Sign in").click()

    def enter(self, token):
        self.sign_in(token)
        expect(self.state).not_to_be_empty(timeout=PATIENCE * 1000)
        return self

    def pass_time(self, milliseconds=INTERVAL):
        """Of a page whose clock stands still else."""
        self.page.clock.run_for(milliseconds)

    def until(self, condition, what):
        # Events arrive only while Playwright runs.
        until(condition, what, pause=lambda: self.page.wait_for_timeout(50))

    def pass_time_until(self, condition, what, step=INTERVAL):
        """In steps that are shorter than the page's patience with an answer, which really is on its way."""
        def look():
            if condition():
                return True
            self.pass_time(step)
            return False

        until(look, what, pause=lambda: self.page.wait_for_timeout(250))

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def token_field(self):
        return self.page.get_by_label("Admin token")

    @property
    def problem(self):
        return self.page.locator("#sign-in-problem")

    @property
    def trouble(self):
        return self.page.locator("#trouble")

    @property
    def notice(self):
        return self.page.locator("#notice")

    @property
    def state(self):
        return self.page.locator("#state")

    @property
    def dialog(self):
        return self.page.get_by_role("dialog")

    @property
    def sessions(self):
        return self.page.locator("#sessions tr")

    @property
    def rooms(self):
        return self.page.locator("#rooms > li")

    def tile(self, name):
        return self.page.locator(f"#tiles div:has(dt:text-is('{name}')) dd")

    def chart(self, title):
        return self.page.locator(f".chart:has(h3:text-is('{title}'))")

    def column(self, name):
        """What a column of the table says, from top to bottom."""
        return self.page.locator(f"#sessions [data-cell={name}]").all_inner_texts()

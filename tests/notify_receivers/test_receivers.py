"""`fazhi notify` with real apprise, a real mail server and a real web server: `make test-notify`."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

from tests.conftest import BODY
from tests.notify_receivers.conftest import Command, Hooks, Mails

EDITED = BODY.replace("完成事项37件", "完成事项38件")
SECRET = "t0ps3cret-geheim"


def begun(command: Command, rules: str) -> None:
    """Let the story begin: a report is there, the rules have begun, then it is edited."""
    command.rules.write_text(rules)
    command.story.run(command.story.report())
    first = command.run()
    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    command.story.run(command.story.report(EDITED))


def test_a_mail_has_the_change_and_a_message_id_made_of_its_key(command: Command, mails: Mails) -> None:
    command.environment["MAIL"] = (
        f"mailto://127.0.0.1:{mails.port}?from=fazhi@example.org&to=editor@example.org"
    )
    begun(command, "notify:\n  - {id: hubei, to: $MAIL, region: 湖北}\n")
    done = command.run("--json")
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)
    (mail,) = mails.mails
    assert mail.get_all("Message-ID") == [f"<{told['key']}@fazhi.invalid>"]
    assert mail["Idempotency-Key"] == told["key"]
    assert mail["Subject"] == "法治政府建设情况报告：1 项变动（改动）"
    assert mail["To"] == "editor@example.org"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "武汉市人民政府关于2022年度推进法治政府建设情况的报告" in body.get_content()
    again = command.run()
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert len(mails.mails) == 1


def test_a_webhook_has_the_changes_as_data_and_the_key_as_header(command: Command, hooks: Hooks) -> None:
    begun(
        command, f"notify:\n  - {{id: all, to: 'json://user:{SECRET}@127.0.0.1:{hooks.port}/in/{SECRET}'}}\n"
    )
    done = command.run()
    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stdout + done.stderr
    ((path, headers, value),) = hooks.requests
    assert path == f"/in/{SECRET}"
    assert headers["idempotency-key"] == value["idempotency_key"]
    assert value["total"] == 1
    assert [(each["change"], each["from_version"] if "from_version" in each else each["version"]) for each in value["changes"]] == [("revised", 2)]  # fmt: skip
    assert value["title"] == "法治政府建设情况报告：1 项变动（改动）"


def test_tags_mean_the_addresses_of_a_file_of_apprise(
    command: Command, hooks: Hooks, mails: Mails, tmp_path: Path
) -> None:
    config = tmp_path / "apprise.yaml"
    config.write_text(
        "urls:\n"
        f"  - json://127.0.0.1:{hooks.port}/chat:\n      - tag: editors\n"
        f"  - mailto://127.0.0.1:{mails.port}?from=a@example.org&to=b@example.org:\n      - tag: editors, others\n"
        f"  - json://127.0.0.1:{hooks.port}/other:\n      - tag: others\n"
    )
    begun(command, "notify:\n  - {id: all, to: 'tag:editors'}\n  - {id: none, to: 'tag:nobody'}\n")
    done = command.run("--receivers", str(config))
    assert done.returncode == 1
    assert f"rules.yaml:3: none: tag:nobody: not sent: {config}: no address has the tag nobody" in done.stderr
    assert [path for path, _, _ in hooks.requests] == ["/chat"]
    assert len(mails.mails) == 1


def test_a_receiver_that_fails_is_tried_again_and_its_secret_is_not_shown(
    command: Command, hooks: Hooks, mails: Mails
) -> None:
    command.environment["HOOK"] = f"json://user:{SECRET}@127.0.0.1:{hooks.port}/in/{SECRET}"
    command.environment["MAIL"] = f"mailto://127.0.0.1:{mails.port}?from=a@example.org&to=b@example.org"
    begun(command, "notify:\n  - {id: all, to: [$HOOK, $MAIL, $UNSET]}\n")
    hooks.status, mails.refuse = 500, True
    failed = command.run()
    assert failed.returncode == 1
    assert "rules.yaml:2: all: $HOOK: not sent: " in failed.stderr
    assert "all: $MAIL: not sent: " in failed.stderr
    assert "all: $UNSET: not sent: the variable UNSET is not set in the environment" in failed.stderr
    state = (command.story.folder / "notify.json").read_text()
    assert SECRET not in failed.stdout + failed.stderr + state
    hooks.status, mails.refuse = 200, False
    again = command.run()
    assert again.returncode == 1  # $UNSET
    first, second = hooks.requests
    assert first[1]["idempotency-key"] == second[1]["idempotency-key"]
    assert len(mails.mails) == 1


def test_a_server_that_is_not_there_names_no_secret(command: Command) -> None:
    begun(command, f"notify:\n  - {{id: all, to: 'jsons://user:{SECRET}@127.0.0.1:9/{SECRET}'}}\n")
    failed = command.run("--json")
    assert failed.returncode == 1
    assert json.loads(failed.stdout)[0]["why"]
    assert SECRET not in failed.stdout + failed.stderr


def test_an_address_that_apprise_does_not_understand_is_not_shown(command: Command) -> None:
    begun(command, f"notify:\n  - {{id: all, to: 'nosuch://{SECRET}'}}\n")
    failed = command.run()
    assert failed.returncode == 1
    assert "all: nosuch://*** (" in failed.stderr
    assert "apprise does not understand its address" in failed.stderr
    assert SECRET not in failed.stdout + failed.stderr


def test_a_kill_between_sending_and_remembering_sends_the_same_key_again(
    command: Command, hooks: Hooks
) -> None:
    command.environment["HOOK"] = f"json://127.0.0.1:{hooks.port}/in"
    begun(command, "notify:\n  - {id: all, to: $HOOK}\n")
    process = subprocess.Popen(command.words(), env=command.environment, stderr=subprocess.DEVNULL)
    hooks.on_request = lambda: process.send_signal(signal.SIGKILL)
    assert process.wait(120) == -signal.SIGKILL
    hooks.on_request = lambda: None
    command.story.run(command.story.report(BODY.replace("第", "另"), year=2021, number=1))
    assert command.run().returncode == 0
    keys = [headers["idempotency-key"] for _, headers, _ in hooks.requests]
    assert len(keys) == 3
    assert keys[0] == keys[1] != keys[2]
    assert hooks.requests[0][2] == hooks.requests[1][2]
    assert command.run().stderr == ""


def test_a_test_message_is_sent_to_all_receivers_of_a_rule(command: Command, hooks: Hooks) -> None:
    command.environment["HOOK"] = f"json://127.0.0.1:{hooks.port}/in"
    command.rules.write_text("notify:\n  - {id: all, to: $HOOK, language: en}\n  - {id: b, to: $NO}\n")
    command.story.run(command.story.report())
    done = command.run("--test", "all")
    assert (done.returncode, done.stderr) == (0, "all: $HOOK: a test message was sent\n")
    ((_, _, value),) = hooks.requests
    assert value["title"] == "fazhi notify: test"
    assert not (command.story.folder / "notify.json").exists()

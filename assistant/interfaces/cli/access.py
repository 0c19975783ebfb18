"""Say who may: API keys for programs, users for the page."""

import getpass
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.interfaces.cli.shell import AsJson, Data, failure, plain, remark, told_in_a_line

if TYPE_CHECKING:
    from datetime import datetime

    from assistant.service import Access, Audit, Scope

commands = typer.Typer()
_keys = typer.Typer(help="管理接口密钥：add 发放，list 列出，revoke 收回。", no_args_is_help=True)
_users = typer.Typer(
    help="管理网页用户：add 添加，list 列出，password 改密码，remove 删除。", no_args_is_help=True
)
commands.add_typer(_keys, name="keys")
commands.add_typer(_users, name="users")

Scopes = Annotated[
    list[str] | None,
    typer.Option(
        "--scope", help="权限，可多次给出：ask 提问，read 查数，ingest 读入，admin 管理（默认 ask 与 read）"
    ),
]
_DEFAULT = ("ask", "read")


@_keys.command("add", help="发放一把密钥；密钥只显示这一次。")
@told_in_a_line
def add_key(
    name: Annotated[str, typer.Argument(metavar="NAME", help="给谁或给什么程序用")],
    scope: Scopes = None,
    per_minute: Annotated[int, typer.Option("--per-minute", min=1, help="每分钟至多几次请求")] = 120,
    max_mb: Annotated[int, typer.Option("--max-mb", min=1, help="一次请求至多多少 MB")] = 50,
    days: Annotated[int | None, typer.Option("--days", min=1, help="多少天后失效（默认不失效）")] = None,
    data: Data = None,
) -> None:
    """Make a key and print its secret."""
    with _opened(data) as (access, audit):
        head, secret = access.add_key(
            name,
            _chosen(scope),
            per_minute=per_minute,
            max_bytes=max_mb * 1_000_000,
            lasts=timedelta(days=days) if days else None,
        )
        audit.note(_myself(), "key_added", f"{head.id} {name}")
    typer.echo(secret)
    remark(
        f"已发放密钥 {head.id}（{name}，权限 {'、'.join(head.scopes)}）。请现在保存：库中只留摘要，以后看不到。"
    )


@_keys.command("list", help="列出密钥（不含密钥本身）。")
@told_in_a_line
def list_keys(data: Data = None, as_json: AsJson = False) -> None:
    """List the keys."""
    with _opened(data) as (access, _):
        heads = access.key_heads()
        if not heads:
            remark("还没有密钥。发放一把：gongkai keys add 名称")
        for head in heads:
            if as_json:
                typer.echo(head.model_dump_json())
            else:
                state = (
                    "已收回" if head.revoked else f"至 {_day(head.expires)}" if head.expires else "长期有效"
                )
                scopes = "、".join(head.scopes)
                typer.echo(plain(f"{head.id}  {head.name}  {scopes}  每分钟 {head.per_minute} 次  {state}"))


@_keys.command("revoke", help="收回一把密钥，立即失效。")
@told_in_a_line
def revoke_key(
    key: Annotated[str, typer.Argument(metavar="ID", help="密钥编号，见 gongkai keys list")],
    data: Data = None,
) -> None:
    """Revoke a key."""
    with _opened(data) as (access, audit):
        if not access.revoke_key(key):
            raise failure(f"没有编号为「{key}」的有效密钥。编号见 gongkai keys list。")
        audit.note(_myself(), "key_revoked", key)
    typer.echo(f"已收回密钥 {key}。")


@_users.command("add", help="添加网页用户；密码从终端或标准输入读取。")
@told_in_a_line
def add_user(
    name: Annotated[str, typer.Argument(metavar="NAME", help="用户名")],
    scope: Scopes = None,
    data: Data = None,
) -> None:
    """Add a user."""
    with _opened(data) as (access, audit):
        access.add_user(name, _password(), _chosen(scope))
        audit.note(_myself(), "user_added", name)
    typer.echo(f"已添加用户 {name}。")


@_users.command("list", help="列出用户。")
@told_in_a_line
def list_users(data: Data = None, as_json: AsJson = False) -> None:
    """List the users."""
    with _opened(data) as (access, _):
        heads = access.user_heads()
        if not heads:
            remark("还没有用户。添加一个：gongkai users add 名称")
        for head in heads:
            scopes = "、".join(head.scopes)
            typer.echo(head.model_dump_json() if as_json else plain(f"{head.name}  {scopes}"))


@_users.command("password", help="改一个用户的密码；该用户需要重新登录。")
@told_in_a_line
def change_password(
    name: Annotated[str, typer.Argument(metavar="NAME", help="用户名")], data: Data = None
) -> None:
    """Give a user another password."""
    with _opened(data) as (access, audit):
        if not access.set_password(name, _password()):
            raise failure(f"没有用户「{name}」。用户见 gongkai users list。")
        audit.note(_myself(), "password_changed", name)
    typer.echo(f"已改 {name} 的密码。")


@_users.command("remove", help="删除一个用户，立即退出登录。")
@told_in_a_line
def remove_user(
    name: Annotated[str, typer.Argument(metavar="NAME", help="用户名")], data: Data = None
) -> None:
    """Remove a user."""
    with _opened(data) as (access, audit):
        if not access.remove_user(name):
            raise failure(f"没有用户「{name}」。用户见 gongkai users list。")
        audit.note(_myself(), "user_removed", name)
    typer.echo(f"已删除用户 {name}。")


@contextmanager
def _opened(data: "Data") -> Generator[tuple["Access", "Audit"]]:
    """Open the records, in a library that is made if there is none yet."""
    from assistant.service import Access, Audit
    from assistant.settings import load_settings
    from vectorstore.library import Library

    with Library.open(load_settings(data=data).library_url) as library:
        yield Access(library.database), Audit(library.database)


def _chosen(names: list[str] | None) -> "tuple[Scope, ...]":
    from typing import get_args

    from assistant.service import Scope

    known: tuple[Scope, ...] = get_args(Scope)
    wanted = names or _DEFAULT
    for name in wanted:
        if name not in known:
            raise typer.BadParameter(f"--scope 不认识「{name}」。可用：{'、'.join(known)}")
    return tuple(scope for scope in known if scope in wanted)


def _password() -> str:
    """Read a password without showing it; from a script, one line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("密码：")
    if first != getpass.getpass("再输一次："):
        raise failure("两次输入的密码不同。请重新运行。")
    return first


def _myself() -> str:
    return f"cli:{getpass.getuser()}"


def _day(moment: "datetime") -> str:
    return moment.date().isoformat()

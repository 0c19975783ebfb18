"""Look after a library: back it up, put it back, and see who did what."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from assistant.interfaces.cli.shell import AsJson, Data, failure, plain, remark, told_in_a_line

commands = typer.Typer()


@commands.command("backup", help="把资料库和上传的文件备份成一个文件；服务可以照常运行。")
@told_in_a_line
def backup_command(
    target: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="备份文件，如 备份.tar.gz")],
    data: Data = None,
) -> None:
    """Write a backup."""
    from assistant.service import Audit, back_up
    from assistant.settings import load_settings
    from vectorstore.library import Library

    settings = load_settings(data=data)
    _check_own_file(settings.database_url)
    reports = back_up(settings.data, target)
    with Library.open(settings.library_url, create=False) as library:
        Audit(library.database).note(f"cli:{getpass.getuser()}", "backup", target.name)
    typer.echo(f"已备份 {reports} 份报告：{target}")


@commands.command("restore", help="用备份恢复资料库，然后重建检索索引。")
@told_in_a_line
def restore_command(
    source: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="gongkai backup 写出的文件")],
    force: Annotated[bool, typer.Option("--force", help="替换现有的资料库")] = False,
    data: Data = None,
) -> None:
    """Put a backup back."""
    from filelock import FileLock, Timeout

    from assistant.interfaces.serve import SERVING_LOCK
    from assistant.service import restore
    from assistant.settings import load_settings

    settings = load_settings(data=data)
    _check_own_file(settings.database_url)
    settings.data.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(settings.data / SERVING_LOCK).acquire(timeout=0):
            reports = restore(source, settings.data, force=force)
    except Timeout:
        raise failure(f"有服务正在使用 {settings.data}。请先停止 gongkai serve，再恢复。") from None
    typer.echo(f"已恢复 {reports} 份报告。")
    remark("检索索引不在备份里。请运行 gongkai reindex 重建（之前也能提问，只是不按语义检索）。")


@commands.command("audit", help="列出谁在何时读入、删除、导出、登录。")
@told_in_a_line
def audit_command(
    limit: Annotated[int, typer.Option("--limit", min=1, help="列出最近几条")] = 100,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the audit log, the latest first."""
    from assistant.service import Audit
    from assistant.settings import load_settings
    from vectorstore.library import Library

    with Library.open(load_settings(data=data).library_url, create=False) as library:
        entries = Audit(library.database).entries(limit=limit)
        if not entries:
            remark("还没有记录。")
        for entry in entries:
            if as_json:
                typer.echo(entry.model_dump_json())
            else:
                at = entry.at.astimezone().isoformat(sep=" ", timespec="seconds")
                typer.echo(plain(f"{at}  {entry.who}  {entry.action}  {entry.subject}"))


def _check_own_file(database_url: str | None) -> None:
    if database_url is not None:
        raise failure("资料在 GONGKAI_DATABASE_URL 指定的数据库里。请用该数据库自己的工具备份，如 pg_dump。")

"""The mail server's URL, and that no error shows its password."""

import pytest

from feedback.letters.smtp_url import MailServer, mail_server
from runtime.environment import ConfigInvalid


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", MailServer("mail.example.org", 587, "starttls")),
        ("smtps://mail.example.org", MailServer("mail.example.org", 465, "tls")),
        ("smtp://127.0.0.1:25?starttls=no", MailServer("127.0.0.1", 25, "none")),
        ("smtp://mail.example.org?starttls=yes", MailServer("mail.example.org", 587, "starttls")),
        (
            "smtp://a%40b:p%3Aw%2F%40@mail.example.org:2525/",
            MailServer("mail.example.org", 2525, "starttls", "a@b", "p:w/@"),
        ),
    ],
)
def test_a_url_says_where_how_and_as_whom(url: str, server: MailServer) -> None:
    assert mail_server(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.org",
        "http://me:S3CRET@mail.example.org",
        "smtp://",
        "smtp://me:S3CRET@",
        "smtp://me:S3CRET@mail.example.org:x",
        "smtp://me:S3CRET@mail.example.org:99999",
        "smtp://me:S3CRET@[mail",
        "smtp://me:S3CRET@mail.example.org/path",
        "smtp://me:S3CRET@mail.example.org?starttls=maybe",
        "smtp://me:S3CRET@mail.example.org?tls=no",
        "smtp://me@mail.example.org",
        "smtp://:S3CRET@mail.example.org",
        "smtp://me:S3CRETş@mail.example.org",
        "smtp://me:S3CRET%0D%0A@mail.example.org",
    ],
)
def test_a_url_that_is_none_names_the_variable_and_shows_no_secret(url: str) -> None:
    with pytest.raises(ConfigInvalid, match=r"^DESKPULSE_SMTP_URL: ") as raised:
        mail_server(url)
    assert "S3CRET" not in str(raised.value)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_a_server_shown_in_a_log_hides_its_password() -> None:
    assert "S3CRET" not in repr(mail_server("smtp://me:S3CRET@mail.example.org"))

"""Languages that people write in. What they write says so, and is read aloud and translated as what it is."""

from django.core.exceptions import ValidationError

LANGUAGES = {
    "id": "Bahasa Indonesia",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "it": "Italiano",
    "sw": "Kiswahili",
    "hu": "Magyar",
    "nl": "Nederlands",
    "nb": "Norsk bokmål",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "fi": "Suomi",
    "sv": "Svenska",
    "vi": "Tiếng Việt",
    "tr": "Türkçe",
    "el": "Ελληνικά",
    "ru": "Русский",
    "uk": "Українська",
    "he": "עברית",
    "ar": "العربية",
    "fa": "فارسی",
    "ur": "اردو",
    "hi": "हिन्दी",
    "bn": "বাংলা",
    "th": "ไทย",
    "ja": "日本語",
    "ko": "한국어",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
}
"""By the tags that pages name them with (BCP 47), in the order of the names."""


def clean_language(tag: str) -> str:
    """The tag as it is stored, or an empty one; raises `ValidationError` for a language that is not among them."""
    language = tag.strip()
    if language and language not in LANGUAGES:
        raise ValidationError("This language is not among those to choose from. Choose another one, or none.")
    return language

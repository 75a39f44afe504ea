#!/usr/bin/env bash
# Takes the pictures of the README anew, from the page as it is, into docs/images: ./build/screenshots.sh [FOLDER]
source "$(dirname "$0")/prepare.sh"
need ffmpeg ffmpeg "it makes the videos in the pictures"
need chromium chromium "it shows the page"
need fc-list fontconfig "it finds the fonts"
[ -n "$(fc-list :lang=zh)" ] || need "a font with Chinese characters" fonts-wqy-microhei "for the Chinese page" 2>/dev/null || true
[ -n "$(fc-list :lang=zh)" ] || { echo "Missing: a font with Chinese characters (Debian package fonts-wqy-microhei)." >&2; exit 1; }

folder=$(realpath -m "${1:-docs/images}")
mkdir -p "$folder"
dotnet build tests/Browser.Tests -c Release -v quiet --nologo
VIDEOPLATFORM_SCREENSHOTS="$folder" dotnet tests/Browser.Tests/bin/Release/net10.0/VideoPlatform.Browser.Tests.dll -class VideoPlatform.Browser.Tests.Screenshots
ls -l "$folder"

"""The demuxers that an untrusted file may be read with: each reads one file and nothing else.

Never hls, dash, concat, sdp, image2, tty or lavfi: a file named .mp4 that holds a playlist makes them read others.
"""

FORMATS = (
    *("mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "mpegts", "mpeg", "mpegvideo", "avi", "asf"),
    *("flv", "mxf", "dv", "ogg", "wav", "w64", "aiff", "caf", "flac", "mp3", "aac", "ac3", "amr"),
)

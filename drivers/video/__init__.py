"""Camera pictures: USB, RTSP, MJPEG over HTTP, files. Always the newest, never a queue."""

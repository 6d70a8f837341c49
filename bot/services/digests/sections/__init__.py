"""What each section of a digest reads; every one is empty where it has nothing to say."""
